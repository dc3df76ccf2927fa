import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.experiment import ExperimentConfig, LaneConfig
from server.store import Saved, Store, StoreError


def test_what_is_saved_is_there_for_the_next_server(tmp_path: Path) -> None:
    config = ExperimentConfig(seed=7, lanes=[LaneConfig(id="A", learning_rate=0.25)])
    Store(tmp_path / "new" / "folder").save(Saved("a", "2026-01-01T00:00:00Z", config))
    store = Store(tmp_path / "new" / "folder")
    assert store.load("a") == Saved("a", "2026-01-01T00:00:00Z", config)
    assert store.load("b") is None


def test_saving_again_writes_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for seed in (1, 2):
        store.save(Saved("a", "2026-01-01T00:00:00Z", ExperimentConfig(seed=seed)))
    (saved,) = store.all()
    assert saved.config.seed == 2


def test_the_newest_come_first_and_the_deleted_do_not_come(tmp_path: Path) -> None:
    store = Store(tmp_path)
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


def test_what_cannot_be_read_any_more_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for id in ("good", "bad"):
        store.save(Saved(id, "2026-01-01T00:00:00Z", ExperimentConfig()))
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("UPDATE experiments SET config = '{}}' WHERE id = 'bad'")
    assert [saved.id for saved in store.all()] == ["good"]
    assert store.load("bad") is None


def test_a_directory_that_goes_away_is_an_error_in_words(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(StoreError, match="--data-dir"):
        store.all()
