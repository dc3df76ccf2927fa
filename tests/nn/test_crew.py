"""Crews of processes: the bits are those of threads, and nothing outlives any kind of death."""

import gc
import multiprocessing.spawn
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partialmethod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import DataParallel, Dense, LayerSpec, Loss, Masks, Network, ReLU, Tanh
from kernelscope.nn.arrays import batch_first
from kernelscope.nn.crew.all_cores import AllCores, processes_pay
from kernelscope.nn.crew.helper import _portable
from kernelscope.nn.crew.member import Member
from kernelscope.nn.crew.processes import HelperEnded, Processes
from kernelscope.nn.crew.request import Crew, Request
from kernelscope.nn.crew.shared import PLANS, Shared

from tests.nn.support import MASKS, Shape, architectures, examples, random_network, seeds
from tests.nn.test_parallel import LAYERS, SHAPE, batch, networks
from tests.nn.textbook import Array
from tests.processes import gone, status

SMOOTH: list[LayerSpec] = [Tanh(one.name) if isinstance(one, ReLU) else one for one in LAYERS]


@contextmanager
def crew_of(network: Network, members: int = 2) -> Iterator[tuple[DataParallel, Processes]]:
    """So many processes that compute, for networks of the same layers."""
    many = DataParallel(network.shapes, network.dtype, processes=members)
    try:
        many.settle()
        assert len(many.helpers) == members - 1
        yield many, processes_of(many)
    finally:
        many.close()


def processes_of(many: DataParallel) -> Processes:
    assert isinstance(many._crew, AllCores)
    assert many._crew._processes
    return many._crew._processes


@pytest.fixture(scope="module")
def crew() -> Iterator[Processes]:
    """A crew with a helper, for all tests that leave it as it is."""
    crew = Processes(np.dtype(np.float32))
    crew.grow(1)
    crew.wait()
    yield crew
    assert len(crew.helpers) == 1
    crew.close()


def by(crew: Crew, network: Network) -> DataParallel:
    """What this crew computes, for networks of the same layers."""
    many = DataParallel(network.shapes, network.dtype, 1)
    many._crew = crew
    return many


def same(found: DataParallel, expected: DataParallel, lanes: list[Network], data: tuple[Array, Array]) -> None:
    """Whether two compute the same bits."""
    _, labels = data
    params = [lane.params for lane in lanes]
    for masks in (None, Masks(4, 70_000)):
        assert found.losses(params, *data, masks) == expected.losses(params, *data, masks)
    for predicted, other in zip(found.predictions(params, *data), expected.predictions(params, *data), strict=True):
        assert predicted.loss == other.loss
        assert np.array_equal(predicted.classes, other.classes)
        assert np.array_equal(predicted.confidence, other.confidence)
    counts = [max(1, len(labels) // (1 + place)) for place in range(len(lanes))]
    for masks, its_counts in ((MASKS, None), (MASKS, counts), (None, counts)):
        losses = expected.gradients(lanes, *data, masks, its_counts)
        gradients = [lane.grads.flat.copy() for lane in lanes]
        for lane in lanes:
            lane.grads.flat.fill(np.nan)
        assert found.gradients(lanes, *data, masks, its_counts) == losses
        for lane, gradient in zip(lanes, gradients, strict=True):
            assert np.array_equal(lane.grads.flat, gradient)


def test_the_bits_are_those_of_threads(crew: Processes) -> None:
    """For any number of lanes and images, one after the other: the memory grows, and is used again."""
    lanes = networks(5)
    lanes[3:] = [Network(SMOOTH, SHAPE, np.random.default_rng(seed)) for seed in (7, 8)]
    threads, many = DataParallel(lanes[0].shapes, lanes[0].dtype, 1), by(crew, lanes[0])
    for n, count in ((64, 1), (300, 2), (1, 3), (20, 5), (129, 4), (64, 1)):
        same(many, threads, lanes[-count:], batch(n))
    assert many.gradients([], *batch(64)) == []


def test_the_bits_of_two_helpers_in_double_precision() -> None:
    crew = Processes(np.dtype(np.float64))
    crew.grow(2)
    crew.wait()

    @given(architectures(), st.integers(1, 70), st.integers(1, 3), seeds)
    @examples(10)
    def swept(drawn: tuple[list[LayerSpec], Shape], n: int, lanes: int, seed: int) -> None:
        architecture, shape = drawn
        rng = np.random.default_rng(seed)
        its = [random_network(architecture, shape, np.random.default_rng(seed + place)) for place in range(lanes)]
        data = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
        same(by(crew, its[0]), DataParallel(its[0].shapes, its[0].dtype, 1), its, data)

    try:
        swept()
    finally:
        crew.close()


def test_what_one_process_writes_another_reads() -> None:
    """Also beyond the number of plans that are kept, and with any seed."""
    [network] = networks(1)
    writer = Shared()
    reader = Shared(writer.file)
    for n in [*range(1, 3 * PLANS), 1, 2 * PLANS]:
        images, labels = batch(n, seed=n)
        network.params.flat[...] = n
        masks = Masks(-(10**30), n) if n % 2 else None
        writer.write(Request("loss_and_gradient", [network.params], images, labels, [n], masks))
        work = reader.read()
        assert reader.read() is work
        shards = [shard for part in work.parts[0] for shard in part]
        assert np.array_equal(np.concatenate([batch_first(shard.x) for shard in shards]), images)
        assert np.array_equal(np.concatenate([shard.labels for shard in shards]), labels)
        assert shards[0].masks == masks
        assert (work.params[0].flat == n).all()
        assert len(work.grads[0]) == len(work.jobs)
    with pytest.raises(MemoryError, match="no room to share dropout masks"):
        writer.write(Request("loss", [network.params], images, labels, [n], Masks(10**4000, 1)))
    assert (reader.read().params[0].flat == n).all()
    os.close(writer.file)


def test_threads_begin_and_processes_take_their_place() -> None:
    [network] = networks(1)
    data = batch(64)
    expected = network.loss_and_gradient(*data)
    many = DataParallel(network.shapes, network.dtype, processes=2)
    assert many.gradients([network], *data) == [expected]
    many.settle()
    assert many.gradients([network], *data) == [expected]
    [helper] = many.helpers
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("helper")] == []
    many.close()
    assert status(helper) is None


def test_more_helpers_join_when_there_is_work_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system, too, that has no files in memory; the second lane has another activation, which is new to all."""
    monkeypatch.delattr(os, "memfd_create", raising=False)
    lanes, data = [*networks(1), Network(SMOOTH, SHAPE, np.random.default_rng(7))], batch(64)
    expected = [network.loss_and_gradient(*data) for network in lanes]
    many = DataParallel(lanes[0].shapes, lanes[0].dtype, processes=3)
    while not many.helpers:
        many.gradients(lanes[:1], *data)
    assert len(many.helpers) == 1  # of two parts
    assert many.gradients(lanes, *data) == expected
    assert len(many.helpers) == 2
    processes_of(many).wait()
    assert many.gradients(lanes, *data) == expected
    many.close()


def test_an_error_in_a_helper_is_raised_as_it_is_and_leaves_the_crew_usable(
    crew: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes, (images, labels) = networks(3), batch(100)
    expected = [network.loss_and_gradient(images, labels) for network in lanes]
    wrong = labels.copy()
    wrong[1::2] = 77

    def leave_it(self: Member, *job: Any) -> Loss:
        """Compute nothing, but wait until a helper has said something of its own job."""
        select.select(list(crew._helpers), [], [], 10)
        return Loss(0, 0, 0)

    many = by(crew, lanes[0])
    with monkeypatch.context() as patched:
        patched.setattr(Member, "compute", leave_it)
        with pytest.raises(ValueError, match="got 77") as raised:
            many.gradients(lanes, images, wrong)
    [note] = raised.value.__notes__
    assert note.startswith("In a helper process:")
    assert many.gradients(lanes, images, labels) == expected


def test_an_error_in_the_caller_is_raised_when_no_helper_computes_any_more(
    crew: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes, data = networks(3), batch(100)
    expected = [network.loss_and_gradient(*data) for network in lanes]

    def fail(self: Member, *job: Any) -> Loss:
        raise MemoryError("no room")

    many, raised = by(crew, lanes[0]), 0
    while raised < 5:
        with monkeypatch.context() as patched:
            patched.setattr(Member, "compute", fail)
            with suppress(MemoryError):
                many.gradients(lanes, *data)  # the helper may have taken all jobs
                continue
        raised += 1
        assert many.gradients(lanes, *data) == expected


def test_an_interruption_ends_the_helpers_and_threads_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes, data = networks(3), batch(100)
    expected = [network.loss_and_gradient(*data) for network in lanes]

    def interrupt(self: Member, *job: Any) -> Loss:
        raise KeyboardInterrupt

    with crew_of(lanes[0]) as (many, crew):
        while many.helpers:
            with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
                patched.setattr(Member, "compute", interrupt)
                many.gradients(lanes, *data)
        assert crew.closed
        assert many.gradients(lanes, *data) == expected


def test_an_error_is_handed_on_without_the_arrays_of_its_job() -> None:
    class Unpicklable(Exception):
        pass

    for error, kind in ((MemoryError("no room"), MemoryError), (Unpicklable("no room"), RuntimeError)):
        try:
            raise error
        except Exception as raised:
            portable = _portable(raised)
        assert type(portable) is kind
        assert "no room" in str(portable)
        assert portable.__traceback__ is None


def test_threads_that_run_out_of_memory_take_that_of_starting_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    [network] = networks(1)
    data = batch(64)
    expected = network.loss_and_gradient(*data)
    many = DataParallel(network.shapes, network.dtype, processes=2)
    assert isinstance(many._crew, AllCores)
    every_core, compute = many._crew, Member.compute

    def need_it_all(self: Member, *job: Any) -> Any:
        if every_core._processes:
            raise MemoryError("no room")
        return compute(self, *job)

    monkeypatch.setattr(Member, "compute", need_it_all)
    monkeypatch.setattr(Processes, "ready", False)
    assert many.gradients([network], *data) == [expected]
    many.close()


def test_where_a_further_helper_does_not_fit_threads_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    [network] = networks(1)
    data = batch(64)
    many = DataParallel(network.shapes, network.dtype, processes=2)
    assert isinstance(many._crew, AllCores)
    many._crew._threads, many._crew._processes = None, Processes(network.dtype)

    def fail(self: Processes, helpers: int) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(Processes, "grow", fail)
    assert many.gradients([network], *data) == [network.loss_and_gradient(*data)]
    assert many._crew._processes is None
    many.close()


def test_signals_for_the_caller_do_not_end_a_helper(crew: Processes) -> None:
    [network] = networks(1)
    [helper] = crew.helpers
    assert os.getpgid(helper) == helper  # Ctrl+C is not even sent to it
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(helper, number)
    for _ in range(3):
        assert by(crew, network).gradients([network], *batch(64))


def descriptors() -> set[str]:
    return {os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists()}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_nothing_outlives_a_crew_that_is_forgotten() -> None:
    [network] = networks(1)
    with nothing_left():
        forgotten = DataParallel(network.shapes, network.dtype, processes=2)
        forgotten.settle()
        [helper] = forgotten.helpers
        del forgotten
        gc.collect()
        assert status(helper) is None


KILLS = int(os.environ.get("KILLS", "1"))
"""How many of each kind are killed. CI kills few, since each costs the start of two processes."""


@contextmanager
def nothing_left() -> Iterator[None]:
    gc.collect()
    before, names = descriptors(), os.listdir("/dev/shm")
    yield
    gc.collect()
    assert descriptors() == before
    assert os.listdir("/dev/shm") == names


def kill_when_busy(self: Member, patched: pytest.MonkeyPatch, helper: int, claims: int, *job: Any) -> Any:
    """Kill the helper as soon as it has claimed a job too; then compute as usual."""
    patched.undo()
    while select.select([claims], [], [], 0)[0]:
        pass
    os.kill(helper, signal.SIGKILL)
    return self.compute(*job)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_helper_that_dies_of_a_lack_of_memory_leaves_the_training_with_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They have what it needed, so that it need not fail as with a helper that dies of something else."""
    [network] = networks(1)
    data = batch(2000)
    expected = network.loss_and_gradient(*data)

    def run_out(self: Member, *job: Any) -> Any:
        kill_when_busy(self, patched, helper, crew._claims, *job)
        raise MemoryError("no room")

    with crew_of(network) as (many, crew), monkeypatch.context() as patched:
        [helper] = crew.helpers
        monkeypatch.setattr(Processes, "limited", True)
        patched.setattr(Member, "compute", run_out)
        assert many.gradients([network], *data) == [expected]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("busy", [False, True])
def test_a_helper_that_is_killed_is_noticed_with_the_reason(*, busy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    [network] = networks(1)
    data = batch(2000 if busy else 64)
    expected = network.loss_and_gradient(*data)

    def train_until_that_is_noticed(many: DataParallel) -> None:
        while True:  # it may have finished its job before it was killed
            many.gradients([network], *data)

    with nothing_left():
        for _ in range(KILLS):
            with crew_of(network) as (many, crew), monkeypatch.context() as patched:
                [helper] = crew.helpers
                if busy:
                    patched.setattr(Member, "compute", partialmethod(kill_when_busy, patched, helper, crew._claims))
                else:
                    os.kill(helper, signal.SIGKILL)
                    crew._poll.poll()  # until its pipe has closed
                with pytest.raises(HelperEnded, match=r"was killed by SIGKILL: .*memory"):
                    train_until_that_is_noticed(many)
                assert status(helper) is None
                assert many.gradients([network], *data) == [expected]  # by threads
                assert not many.helpers
            del many, crew


CALLER = """
import os, sys, numpy as np
from kernelscope.nn import DataParallel, Dense, Network
network = Network([Dense("a", 500), Dense("dense", 2)], (1, 20, 20), np.random.default_rng(1))
many = DataParallel(network.shapes, network.dtype, processes=2)
many.settle()
data = np.ones((5000, 1, 20, 20), np.float32), np.zeros(5000, int)
print(*many.helpers, flush=True)
if not os.fork():  # which outlives its caller
    print(many.gradients([network], *data) == [network.loss_and_gradient(*data)], many.helpers, flush=True)
    sys.stdin.read()
    os._exit(0)
while sys.argv[1] == "busy":
    many.gradients([network], *data)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_helpers_end_with_their_caller() -> None:
    with nothing_left():
        for number in range(KILLS):
            command = [sys.executable, "-W", "ignore", "-c", CALLER, ("busy", "at rest")[number % 2]]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as caller:
                assert caller.stdout
                helpers = [int(pid) for pid in caller.stdout.readline().split()]
                assert len(helpers) == 1
                assert caller.stdout.readline() == "True []\n"  # its fork computes, and by itself
                caller.kill()
                assert gone(helpers, 20)


def test_without_a_lock_in_python_threads_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True, raising=False)
    assert processes_pay() == (sys.platform != "win32")
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False)
    only_threads()


def test_on_windows_threads_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    only_threads()


def only_threads() -> None:
    assert not processes_pay()
    [network] = networks(1)
    many = DataParallel(network.shapes, network.dtype, processes=2)
    many.settle()
    assert many.gradients([network], *batch(64)) == [network.loss_and_gradient(*batch(64))]
    assert not many.helpers
    many.close()


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_where_no_helper_can_be_started_threads_go_on(
    program: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", program)
    [network] = networks(1)
    many = DataParallel(network.shapes, network.dtype, processes=3)
    many.settle()
    for _ in range(2):
        assert many.gradients([network], *batch(64)) == [network.loss_and_gradient(*batch(64))]
    assert not many.helpers
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    many.close()


def test_a_helper_that_has_died_while_starting_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", "/bin/false")
    crew = Processes(np.dtype(np.float32))
    crew.grow(1)
    [helper] = crew._helpers.values()
    helper.process.wait()
    crew.wait()
    assert crew.failed
    assert not crew.helpers
    crew.close()


class OwnDense(Dense):
    """A layer type that a helper could not import if this were a notebook."""


def test_layer_types_from_elsewhere_are_computed_by_threads() -> None:
    network = Network([OwnDense("dense", 10)], SHAPE, np.random.default_rng(1))
    many = DataParallel(network.shapes, network.dtype, processes=2)
    assert isinstance(many._crew, AllCores)
    for _ in range(2):
        assert many.gradients([network], *batch(64)) == [network.loss_and_gradient(*batch(64))]
    assert many._crew._processes is None
    many.close()


def test_one_process_needs_no_helper_and_none_is_refused() -> None:
    [network] = networks(1)
    many = DataParallel(network.shapes, network.dtype, processes=1)
    many.settle()
    assert not many.helpers
    with pytest.raises(ValueError, match="processes: expected a whole number of at least 1, got 0"):
        DataParallel(network.shapes, network.dtype, processes=0)
    with pytest.raises(ValueError, match="expected threads or processes, got both: 1 and 2"):
        DataParallel(network.shapes, network.dtype, 1, processes=2)
