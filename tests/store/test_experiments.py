import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from kernelscope.experiment import ExperimentConfig, LaneConfig
from kernelscope.nn import Adam
from kernelscope.store import KINDS, Listed, Saved, Standing, Store, StoreError, hashed, words_of
from kernelscope.store.errors import kind_of


def test_what_is_saved_is_there_for_the_next_server(tmp_path: Path) -> None:
    config = ExperimentConfig(seed=7, lanes=[LaneConfig(id="A", learning_rate=0.25)])
    with closing(Store(tmp_path / "new" / "folder")) as store:
        store.add(Saved("a", "2026-01-01T00:00:00Z", config))
    with closing(Store(tmp_path / "new" / "folder")) as store:
        assert store.load("a") == Saved("a", "2026-01-01T00:00:00Z", config)
        assert store.load("b") is None


def test_saving_again_writes_over(empty: Store) -> None:
    for write, seed in ((empty.add, 1), (empty.save, 2)):
        write(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig(seed=seed)))
    (listed,) = empty.newest(10)
    assert listed.saved.config.seed == 2


def test_the_deleted_are_not_brought_back_by_what_is_saved_late(empty: Store) -> None:
    saved = Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig())
    empty.add(saved)
    empty.delete("a")
    empty.save(saved)
    assert empty.newest(10) == []


def test_the_newest_come_first_and_the_deleted_do_not_come(empty: Store) -> None:
    store = empty
    for day in (1, 3, 2):
        store.add(Saved(f"day{day}", f"2026-01-0{day}T00:00:00Z", ExperimentConfig()))
    assert store.delete("day2")
    assert not store.delete("day2")
    assert [one.saved.id for one in store.newest(10)] == ["day3", "day1"]


def test_a_directory_that_cannot_be_used_is_named_with_the_flag_that_mends_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file.*--data-dir"):
        Store(tmp_path / "file")
    (tmp_path / "kernelscope.sqlite3").write_text("this is no database, and long enough to be taken for a bad one" * 9)
    with pytest.raises(StoreError, match="--data-dir"):
        Store(tmp_path)


def test_what_cannot_be_read_any_more_is_left_out(empty: Store) -> None:
    store = empty
    for id in ("good", "bad"):
        store.add(Saved(id, "2026-01-01T00:00:00Z", ExperimentConfig()))
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("UPDATE experiments SET config = '{}}' WHERE id = 'bad'")
    assert [one.saved.id for one in store.newest(10)] == ["good"]
    assert store.load("bad") is None


def test_names_that_an_earlier_version_accepted_lose_what_they_may_not_have(empty: Store) -> None:
    store = empty
    store.add(Saved("old", "2026-01-01T00:00:00Z", ExperimentConfig()))
    with closing(sqlite3.connect(store.path)) as db, db:
        lanes = "json_set(config, '$.lanes[0].name', char(9) || 'a' || char(27) || 'b')"
        db.execute(f"UPDATE experiments SET config = {lanes}")
    saved = store.load("old")
    assert saved
    assert saved.config.lanes[0].name == "a b"
    assert saved.config.checked() == saved.config


def test_a_directory_that_goes_away_is_an_error_in_words(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "data")) as store:
        shutil.rmtree(tmp_path / "data")
        with pytest.raises(StoreError, match="--data-dir"):
            store.newest(1)


STANDING = Standing(4, b"checkpoint", 77, {("steps", 0, 64, 8): b"old", ("steps", 64, 70, 1): bytes(100)})
BEFORE = """CREATE TABLE IF NOT EXISTS experiments
 (id TEXT PRIMARY KEY, created TEXT NOT NULL, config TEXT NOT NULL) STRICT"""


def test_the_database_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    config = ExperimentConfig(seed=7)
    with closing(sqlite3.connect(tmp_path / "kernelscope.sqlite3")) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(BEFORE)
        db.execute(
            "INSERT INTO experiments VALUES (?, ?, ?)", ("old", "2026-01-01T00:00:00Z", config.model_dump_json())
        )
    for _ in range(2):  # a second time, when it has been migrated already
        with closing(Store(tmp_path)) as store:
            assert store.newest(10) == [Listed(Saved("old", "2026-01-01T00:00:00Z", config, owner=None))]
    with closing(Store(tmp_path)) as store:
        assert store.take("old") == Standing(1)
        store.put_back("old", STANDING)
        store.add(Saved("new", "2026-01-02T00:00:00Z", config, "me"))
    with closing(Store(tmp_path)) as store:
        assert [(one.saved.id, one.saved.owner) for one in store.newest(10)] == [("new", "me"), ("old", None)]
        assert store.take("old") == STANDING


def test_a_directory_belongs_to_one_store_until_it_is_closed(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            closing(Store(tmp_path)),
            pytest.raises(StoreError, match=rf"used by another .* server \(pid {os.getpid()}\).*--data-dir"),
        ):
            Store(tmp_path)


def test_a_store_that_cannot_be_opened_leaves_the_directory_to_others(tmp_path: Path) -> None:
    database = tmp_path / "kernelscope.sqlite3"
    database.write_text("this is no database, and long enough to be taken for a bad one" * 9)
    with pytest.raises(StoreError, match="file is not a database"):
        Store(tmp_path)
    database.unlink()
    Store(tmp_path).close()


def test_a_process_that_was_killed_has_nothing_to_clear_away(tmp_path: Path) -> None:
    script = "import sys, time; from pathlib import Path; from kernelscope.store import Store\n"
    script += "store = Store(Path(sys.argv[1])); print(flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(StoreError, match=rf"pid {other.pid}\b"):
            Store(tmp_path)
        other.kill()
    Store(tmp_path).close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path)) as store:
        yield store


@pytest.fixture
def store(empty: Store) -> Store:
    for id in ("a", "b"):
        empty.add(Saved(id, "2026-01-01T00:00:00Z", ExperimentConfig()))
        empty.put_back(id, Standing(1))
    return empty


def test_a_new_experiment_stands_at_step_zero_of_the_first_run(store: Store) -> None:
    assert store.take("a") == Standing(1)


def test_what_is_put_back_is_where_the_next_goes_on_with_the_same_run(store: Store) -> None:
    store.take("a")
    for checkpoint in (b"first", b"\x00second", None):
        standing = replace(STANDING, checkpoint=checkpoint)
        store.put_back("a", standing)
        assert store.take("a") == standing
    assert store.take("b") == Standing(1)


def test_what_was_kept_on_the_way_is_where_it_goes_on_after_a_server_that_died(store: Store) -> None:
    store.take("a")
    store.keep("a", STANDING)
    found = store.take("a")
    assert replace(found, run=4) == STANDING
    assert found.run > 1_000_000, "viewers may have seen more of run 4"


def test_what_is_kept_late_does_not_undo_what_was_put_back(store: Store) -> None:
    store.take("a")
    store.put_back("a", STANDING)
    store.keep("a", Standing(4, b"earlier"))
    assert store.take("a") == STANDING


def test_parts_that_are_there_stay_and_those_that_are_not_wanted_go(store: Store) -> None:
    store.put_back("a", STANDING)
    store.put_back("b", STANDING)
    assert store.stored("a", 77) == {*STANDING.parts}
    assert store.stored("a", 78) == set(), "of another history"
    further = {("steps", 0, 64, 8): None, ("steps", 64, 72, 1): b"new", ("tests", 0, 1, 1): b"one"}
    store.put_back("a", replace(STANDING, parts=further))
    assert store.take("a").parts == {**further, ("steps", 0, 64, 8): b"old"}
    store.put_back("a", Standing(5))
    assert store.take("a") == Standing(5)
    assert store.take("b") == STANDING, "another experiment"


def test_there_is_room_for_so_much_and_what_is_there_already_goes_on(tmp_path: Path) -> None:
    saved = Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig())
    with closing(Store(tmp_path, most=100_000)) as store:
        store.add(saved)
        assert store.has_room()
        store.put_back("a", Standing(1, os.urandom(200_000)))
        assert not store.has_room()
        with pytest.raises(StoreError, match="--max-data") as refused:
            store.add(replace(saved, id="b"))
        assert refused.value.kind == "limit"
        assert str(tmp_path) not in refused.value.public
        store.put_back("a", Standing(1, os.urandom(300_000)))
        store.delete("a")
        assert store.has_room(), "what was deleted leaves room"
        store.add(replace(saved, id="b"))
        assert not store.restore("a"), "which was needed"


def test_a_page_of_the_list_begins_where_the_last_one_ended(empty: Store) -> None:
    days = [f"2026-01-{day:02}T00:00:00Z" for day in (1, 2, 2, 2, 3)]
    for number, created in enumerate(days):
        empty.add(Saved(f"e{number}", created, ExperimentConfig()))
    with closing(sqlite3.connect(empty.path)) as db, db:
        db.execute("UPDATE experiments SET config = '{}}' WHERE id = 'e2'")
    seen, before = list[str](), None
    while page := empty.newest(2, before):
        seen += [one.saved.id for one in page]
        before = page[-1].saved.created, page[-1].saved.id
    assert seen == ["e4", "e3", "e1", "e0"], "one that cannot be read makes no page shorter"


OLDER = """
CREATE TABLE experiments (id TEXT PRIMARY KEY, created TEXT NOT NULL, config TEXT NOT NULL, owner TEXT) STRICT;
CREATE TABLE standings
 (id TEXT PRIMARY KEY, run INTEGER NOT NULL, taken INTEGER NOT NULL, checkpoint BLOB, history BLOB) STRICT"""


def test_owners_of_an_earlier_version_are_hashed_once_and_what_was_kept_is_read(tmp_path: Path) -> None:
    config = ExperimentConfig()
    with closing(sqlite3.connect(tmp_path / "kernelscope.sqlite3")) as db, db:
        db.executescript(OLDER)
        db.execute("INSERT INTO experiments VALUES ('a', '2026', ?, 'me')", (config.model_dump_json(),))
        db.execute("INSERT INTO standings VALUES ('a', 3, 0, ?, ?)", (b"checkpoint", b"history"))
    for _ in range(2):
        with closing(Store(tmp_path)) as store:
            assert store.owner("a") == hashed("me") != "me"
    with closing(Store(tmp_path)) as store:
        assert store.take("a") == Standing(3, b"checkpoint", history=b"history")
        store.put_back("a", STANDING)
        assert store.take("a") == STANDING


def test_a_newer_database_is_refused_in_words_and_left_as_it_is(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "kernelscope.sqlite3")) as db:
        db.execute("PRAGMA user_version = 99")
    before = (tmp_path / "kernelscope.sqlite3").read_bytes()
    with pytest.raises(
        StoreError, match=r"newer version .*99.*: install that version, or choose .*--data-dir"
    ) as error:
        Store(tmp_path)
    assert error.value.kind == "newer"
    assert (tmp_path / "kernelscope.sqlite3").read_bytes() == before


def full() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (full(), "full"),
        (OSError(errno.ENOSPC, "No space left on device"), "full"),
        (PermissionError(errno.EACCES, "Permission denied"), "read_only"),
        (OSError(errno.EIO, "Input/output error"), "failed"),
        (sqlite3.OperationalError("whatever"), "failed"),
    ],
)
def test_each_error_has_its_own_advice_and_no_place_for_others(error: Exception, kind: str, tmp_path: Path) -> None:
    assert kind_of(error) == kind
    for each in KINDS:
        said = StoreError(each, tmp_path / "kernelscope.sqlite3", error)
        assert str(tmp_path) in str(said)
        assert "--data-dir" in str(said) or each == "limit"
        assert str(tmp_path) not in said.public
    assert len({StoreError(each, tmp_path, error).public for each in KINDS}) == len(KINDS)


def test_a_page_of_the_file_that_is_damaged_is_called_damaged(empty: Store) -> None:
    for number in range(200):
        empty.add(Saved(f"e{number}", "2026-01-01T00:00:00Z", ExperimentConfig()))
    with closing(sqlite3.connect(empty.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with empty.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (empty.path.stat().st_size - 4096))
    with pytest.raises(StoreError, match=r"is damaged .*move it away") as error:
        empty.newest(300)
    assert error.value.kind == "damaged"


def test_after_a_server_that_died_it_goes_on_as_the_next_run(store: Store) -> None:
    store.take("a")
    store.put_back("a", STANDING)
    store.take("a")
    next_one = store.take("a")
    assert replace(next_one, run=4) == STANDING
    # The dead server may have begun any number of further runs; their numbers are not used again.
    assert next_one.run > 1_000_000
    assert store.take("a").run > next_one.run
    later = replace(STANDING, run=6, checkpoint=b"later")
    store.put_back("a", later)
    assert store.take("a") == later


def test_saving_changes_nothing_of_where_it_stands(store: Store) -> None:
    store.take("a")
    store.put_back("a", STANDING)
    store.save(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig(seed=9), "me"))
    assert store.take("a") == STANDING
    saved = store.load("a")
    assert saved is not None
    assert (saved.config.seed, saved.owner) == (9, "me")


def test_the_deleted_are_forgotten_with_all_that_they_had(store: Store) -> None:
    store.put_back("a", STANDING)
    store.delete("a")
    store.purge()
    assert not store.restore("a")
    store.put_back("a", Standing(5))  # too late, so without effect
    store.add(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig()))
    store.put_back("a", Standing(1))
    assert store.take("a") == Standing(1)


def test_the_deleted_are_found_by_nobody_until_they_are_restored(store: Store) -> None:
    store.save(replace(SAVED, id="a"))
    store.put_back("a", STANDING)
    assert not store.restore("a"), "it is there"
    assert store.delete("a")
    assert not store.delete("a")
    store.purge(60)
    assert store.load("a") is None
    assert [one.saved.id for one in store.newest(10)] == ["b"]
    assert not store.rename("a", "another")
    assert (store.owner("a"), store.owner("a", deleted=True)) == (None, "me")
    assert store.restore("a")
    assert (store.owner("a"), store.owner("a", deleted=True)) == ("me", None)
    assert store.take("a") == STANDING


SAVED = Saved("mine", "2026-01-02T00:00:00Z", ExperimentConfig(), "me", "First try")


def test_a_copy_stands_where_the_other_does_and_changes_nothing_of_it(store: Store) -> None:
    store.put_back("a", STANDING)
    store.take("a")
    store.copy("a", SAVED)
    assert store.take("mine") == replace(STANDING, run=1), "nobody holds anything of it"
    store.put_back("mine", Standing(1))
    store.put_back("a", STANDING)
    assert store.take("a") == STANDING
    store.add(replace(SAVED, id="other"), STANDING)
    assert store.take("other") == STANDING


def test_a_list_tells_where_each_stands_and_since_when(store: Store) -> None:
    def listed() -> list[tuple[int, bool]]:
        return [(one.step, one.kept_at is not None) for one in store.newest(1)]

    store.add(SAVED)
    assert listed() == [(0, False)]
    store.put_back("mine", Standing(1))
    assert listed() == [(0, False)], "nothing has changed"
    store.put_back("mine", STANDING)
    assert listed() == [(70, True)]
    (at,) = (one.kept_at for one in store.newest(1))
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("UPDATE experiments SET kept_at = '2026-01-03T00:00:00Z'")
    store.take("mine")
    store.put_back("mine", STANDING)
    assert [one.kept_at for one in store.newest(1)] == ["2026-01-03T00:00:00Z"], "it was only looked at"
    store.keep("mine", replace(STANDING, checkpoint=b"another"))
    store.take("mine")
    store.keep("mine", replace(STANDING, checkpoint=b"another"))
    assert at
    assert at <= str(store.newest(1)[0].kept_at)


def test_ones_own_are_found_by_their_names_and_settings(empty: Store) -> None:
    adam = [LaneConfig(id="A", learning_rate=0.001, optimizer=Adam(), name="Slow")]
    empty.add(SAVED)
    empty.add(Saved("adam", "2026-01-03T00:00:00Z", ExperimentConfig(lanes=adam), "me", "Größe"))
    empty.add(Saved("other", "2026-01-04T00:00:00Z", ExperimentConfig(), "you", "First try"))
    empty.add(replace(SAVED, id="bad"))
    with closing(sqlite3.connect(empty.path)) as db, db:
        db.execute("UPDATE experiments SET config = '{}}' WHERE id = 'bad'")

    def found(search: str, owner: str | None = "me") -> list[str]:
        return [one.saved.id for one in empty.newest(10, owner=owner, words=words_of(search))]

    assert found("") == ["adam", "mine"]
    assert found(" FIRST  try ") == ["mine"]
    assert found("first", owner=None) == ["other", "mine"]
    assert found("GRÖSSE") == ["adam"]
    assert found("mnist 0.001 adam slow") == ["adam"]
    assert found("digits 0.003 1") == ["mine"]
    assert found("try again") == found("100%") == found("_") == []
