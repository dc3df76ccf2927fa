import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.experiment import ExperimentConfig, LaneConfig
from server.store import Saved, Standing, Store, StoreError


def test_what_is_saved_is_there_for_the_next_server(tmp_path: Path) -> None:
    config = ExperimentConfig(seed=7, lanes=[LaneConfig(id="A", learning_rate=0.25)])
    with closing(Store(tmp_path / "new" / "folder")) as store:
        store.save(Saved("a", "2026-01-01T00:00:00Z", config))
    with closing(Store(tmp_path / "new" / "folder")) as store:
        assert store.load("a") == Saved("a", "2026-01-01T00:00:00Z", config)
        assert store.load("b") is None


def test_saving_again_writes_over(empty: Store) -> None:
    store = empty
    for seed in (1, 2):
        store.save(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig(seed=seed)))
    (saved,) = store.all()
    assert saved.config.seed == 2


def test_the_newest_come_first_and_the_deleted_do_not_come(empty: Store) -> None:
    store = empty
    for day in (1, 3, 2):
        store.save(Saved(f"day{day}", f"2026-01-0{day}T00:00:00Z", ExperimentConfig()))
    assert store.delete("day2")
    assert not store.delete("day2")
    assert [saved.id for saved in store.all()] == ["day3", "day1"]


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
        store.save(Saved(id, "2026-01-01T00:00:00Z", ExperimentConfig()))
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("UPDATE experiments SET config = '{}}' WHERE id = 'bad'")
    assert [saved.id for saved in store.all()] == ["good"]
    assert store.load("bad") is None


def test_a_directory_that_goes_away_is_an_error_in_words(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "data")) as store:
        shutil.rmtree(tmp_path / "data")
        with pytest.raises(StoreError, match="--data-dir"):
            store.all()


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
    for _ in range(2):  # also where it has been taken over already
        with closing(Store(tmp_path)) as store:
            assert store.all() == [Saved("old", "2026-01-01T00:00:00Z", config, owner=None)]
    with closing(Store(tmp_path)) as store:
        assert store.take("old") == Standing(1)
        store.put_back("old", Standing(3, b"checkpoint", b"history"))
        store.save(Saved("new", "2026-01-02T00:00:00Z", config, "me"))
    with closing(Store(tmp_path)) as store:
        assert [(saved.id, saved.owner) for saved in store.all()] == [("new", "me"), ("old", None)]
        assert store.take("old") == Standing(3, b"checkpoint", b"history")


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
    script = "import sys, time; from pathlib import Path; from server.store import Store\n"
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
        empty.save(Saved(id, "2026-01-01T00:00:00Z", ExperimentConfig()))
    return empty


def test_a_new_experiment_stands_at_step_zero_of_the_first_run(store: Store) -> None:
    assert store.take("a") == Standing(1, None, None)


def test_what_is_put_back_is_where_the_next_goes_on_with_the_same_run(store: Store) -> None:
    store.take("a")
    for checkpoint in (b"first", b"\x00second", None):
        standing = Standing(4, checkpoint, checkpoint and b"history")
        store.put_back("a", standing)
        assert store.take("a") == standing
    assert store.take("b") == Standing(1)


def test_what_was_kept_on_the_way_is_where_it_goes_on_after_a_server_that_died(store: Store) -> None:
    store.take("a")
    store.keep("a", Standing(4, b"checkpoint", b"history"))
    found = store.take("a")
    assert (found.checkpoint, found.history) == (b"checkpoint", b"history")
    assert found.run > 1_000_000, "viewers may have seen more of run 4"


def test_what_is_kept_late_does_not_undo_what_was_put_back(store: Store) -> None:
    store.take("a")
    store.put_back("a", Standing(4, b"checkpoint", b"history"))
    store.keep("a", Standing(4, b"earlier", b"less"))
    assert store.take("a") == Standing(4, b"checkpoint", b"history")


def test_after_a_server_that_died_it_goes_on_as_the_next_run(store: Store) -> None:
    store.take("a")
    store.put_back("a", Standing(4, b"checkpoint", b"history"))
    store.take("a")
    next_one = store.take("a")
    assert (next_one.checkpoint, next_one.history) == (b"checkpoint", b"history")
    # The dead server may have begun any number of further runs: none of theirs is used again.
    assert next_one.run > 1_000_000
    assert store.take("a").run > next_one.run
    store.put_back("a", Standing(6, b"later", b"more"))
    assert store.take("a") == Standing(6, b"later", b"more")


def test_saving_changes_nothing_of_where_it_stands(store: Store) -> None:
    store.take("a")
    store.put_back("a", Standing(4, b"checkpoint", b"history"))
    store.save(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig(seed=9), "me"))
    assert store.take("a") == Standing(4, b"checkpoint", b"history")
    saved = store.load("a")
    assert saved is not None
    assert (saved.config.seed, saved.owner) == (9, "me")


def test_the_deleted_are_forgotten_with_all_that_they_had(store: Store) -> None:
    store.put_back("a", Standing(4, b"checkpoint", b"history"))
    store.delete("a")
    store.put_back("a", Standing(5))  # late, and to no effect
    store.save(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig()))
    assert store.take("a") == Standing(1)
