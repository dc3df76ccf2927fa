"""A data directory of version 0.1 (see data/README.md) is opened, shown, and trained on as that version did."""

import gzip
import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kernelscope.datasets import Dataset
from kernelscope.experiment import CatchUp, CheckpointError, Experiment, Wanted
from kernelscope.experiment.checkpoint import unpack
from kernelscope.hosting.keeping import Rest, resumed, standing_of
from kernelscope.store import Saved, Store
from kernelscope.store.database import DATABASE
from kernelscope.stream.history import History
from kernelscope.stream.wire import decode
from kernelscope.studies.verdict import Judge
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from tests.api.page import watch
from tests.clients import Serve

DATA = Path(__file__).parent / "data"
RECORDED = json.loads((DATA / "0.1.json").read_text("utf-8"))
EXPERIMENTS: dict[str, dict[str, Any]] = RECORDED["experiments"]
every_experiment = pytest.mark.parametrize("then", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / DATABASE).write_bytes(gzip.decompress((DATA / "0.1.sqlite3.gz").read_bytes()))
    return tmp_path


@pytest.fixture
def store(directory: Path) -> Iterator[Store]:
    with closing(Store(directory)) as store:
        yield store


def taken(store: Store, id: str) -> tuple[Saved, History, Rest]:
    """As when somebody comes to see it."""
    saved = store.load(id)
    assert saved is not None
    saved, history, rest = resumed(saved, store.take(id))
    assert rest is not None
    return saved, history, rest


def restored(saved: Saved, rest: Rest, data: Dataset) -> tuple[Experiment, Wanted | None]:
    experiment = Experiment(saved.config, data, 1)
    return experiment, experiment.restore(rest.checkpoint)


def digest(array: NDArray[Any]) -> str:
    return sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def digests(history: History) -> list[str]:
    """Of every column of its scalars."""
    return sorted(digest(tensor) for tensor in decode(history.frame())[0].tensors.values())


def same_machine() -> bool:
    """Whether bits can be compared with those recorded: another processor or BLAS adds up in another order."""
    blas = next(library for library in threadpool_info() if library["user_api"] == "blas")
    here = f"{blas['internal_api']} {blas['version']} {blas['architecture']}"
    return bool(RECORDED["machine"] == {"numpy": np.__version__, "blas": here})


@every_experiment
def test_it_stands_where_it_stood(store: Store, digits: Dataset, then: dict[str, Any]) -> None:
    saved, history, rest = taken(store, then["id"])
    if then["run"] is not None:
        assert history.run == then["run"]
    else:
        assert history.run > 10**12, "its server has died: no viewer may hold a run of this number"
    assert list(history.position) == then["position"]
    assert digests(history) == then["history"]
    experiment, wanted = restored(saved, rest, digits)
    assert experiment.kept == then["kept"]
    assert experiment.edits == then["edits"]
    assert [digest(lane.network.params.flat) for lane in experiment.lanes] == then["at_rest"]
    for step, weights in then["past"].items():
        assert [digest(lane.at(int(step)).weights) for lane in experiment.lanes] == weights
    lanes = [lane.config for lane in experiment.lanes]
    assert [[lane.id, lane.name, lane.learning_rate] for lane in lanes] == then["lanes"]
    assert (wanted and [lane.id for lane in wanted.lanes]) == then["wanted"]


@every_experiment
def test_it_trains_on_as_it_did(store: Store, digits: Dataset, then: dict[str, Any]) -> None:
    saved, _, rest = taken(store, then["id"])
    experiment, wanted = restored(saved, rest, digits)
    if wanted:
        catch_up = CatchUp(experiment, *wanted)
        while not catch_up.ready():
            catch_up.advance()
        catch_up.arrange()
    steps, tests = [], []
    for _ in range(30):
        record, evaluations = experiment.advance()
        steps.append(record)
        tests += evaluations
    weights = [lane.network.params.flat for lane in experiment.lanes]
    expected = [np.frombuffer(b64decode(data), "<f4") for data in then["weights"]]
    losses = [list(record.loss) for record in steps[-3:]]
    # That version tested every `test_every` steps and no others.
    regular = [test for test in tests if test.step % experiment.config.test_every == 0]
    found = [[test.step, list(test.loss), list(test.accuracy)] for test in regular]
    assert [verdict.kind for verdict in Judge(experiment).verdicts()] == then["verdicts"]
    if same_machine():
        assert [array.tobytes() for array in weights] == [array.tobytes() for array in expected]
        assert losses == then["loss"]
        assert found == then["tests"]
    for mine, theirs in zip(weights, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(losses, then["loss"], rtol=1e-3)
    assert [test[0] for test in found] == [test[0] for test in then["tests"]]


@every_experiment
def test_it_is_kept_in_today_s_form_with_what_was_kept_before(
    store: Store, digits: Dataset, then: dict[str, Any]
) -> None:
    saved, history, rest = taken(store, then["id"])
    experiment, wanted = restored(saved, rest, digits)
    checkpoint = experiment.checkpoint(wanted)
    now = Rest(checkpoint, history.position)
    store.put_back(saved.id, standing_of(store, saved.id, history.run, now, history.frozen()))
    again, its_history, its_rest = taken(store, saved.id)
    assert again == saved
    assert its_history.run == history.run
    assert digests(its_history) == then["history"]
    assert its_rest == now
    other, its_wanted = restored(again, its_rest, digits)
    assert its_wanted == wanted
    assert other.checkpoint(its_wanted) == checkpoint


@pytest.mark.usefixtures("directory")
def test_a_server_shows_it_to_whoever_has_its_address(serve: Serve) -> None:
    then = EXPERIMENTS["rest"]
    steps = then["position"][0]
    with serve() as client:
        listed = {view["id"]: (view["step"], view["name"]) for view in client.get("/api/experiments").json()}
        assert listed == {other["id"]: (other["position"][0], "") for other in EXPERIMENTS.values()}
        view = client.get(f"/api/experiments/{then['id']}").json()
        assert (view["status"], [lane["id"] for lane in view["lanes"]]) == ("asleep", ["A", "B", "D"])
        with watch(client, then["id"]) as page:
            shown = page.snapshot(steps, then["run"])
            assert shown.directory["step"] == steps
            assert len(page.losses) == steps
            assert page.scalars.tests == [0, 10, 20]


@pytest.mark.parametrize("place", [0, 9, 15, 40, -1])
def test_a_damaged_checkpoint_of_it_is_refused(store: Store, place: int) -> None:
    _, _, rest = taken(store, EXPERIMENTS["rest"]["id"])
    damaged = bytearray(rest.checkpoint)
    damaged[place] ^= 1
    for data in (bytes(damaged), rest.checkpoint[:-1], rest.checkpoint[:10]):
        with pytest.raises(CheckpointError, match="expected a checkpoint"):
            unpack(data)
