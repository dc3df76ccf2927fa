"""Studies on request."""

import json
from base64 import b64decode
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.experiment import keyframes as keyframes_module
from kernelscope.experiment.place import Kernel, Weight
from kernelscope.picture.snapshot import snapshot_of
from kernelscope.studies import patches, payload
from kernelscope.studies import studies as studies_module
from kernelscope.studies.agenda import AGAIN_EVERY
from kernelscope.studies.film import FilmSubject
from kernelscope.studies.finding import Finding
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.life import LifeSubject
from kernelscope.studies.line import OF_OTHERS, POINTS, LineSubject
from kernelscope.studies.maximisation import MaximisationSubject
from kernelscope.studies.one_weight import WeightSubject
from kernelscope.studies.past import PastSubject
from kernelscope.studies.range_test import RangeStudy, RangeSubject
from kernelscope.studies.saliency import SaliencySubject
from kernelscope.studies.shown import FrameOf, Shown
from kernelscope.studies.studies import PATIENT_SHARE, RATIONED_SHARE, WATCHERS_SHARE, Studies
from kernelscope.studies.subject import Subject
from kernelscope.studies.trace import TraceSubject

from tests.experiment.support import run, same_bits, small

LINE = LineSubject("A")
LENS = LensSubject("B", Kernel("conv2", 3, 1))


@dataclass(frozen=True)
class PatientLine(LineSubject):
    """A loss line that can wait."""

    patient = True


@dataclass(frozen=True)
class OtherLine(LineSubject):
    """One of another kind, which can wait too."""

    kind: Any = "other"
    patient = True


class Clock:
    """A clock that advances only when it is set."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def made(steps: int = 5, clock: Clock | None = None) -> tuple[Experiment, Studies]:
    experiment = small(0.1, 0.2)
    run(experiment, steps)
    return experiment, Studies(experiment, 7, clock or Clock())


def begin_range_test(studies: Studies, lane: int) -> list[Finding]:
    return studies.begin(RangeStudy(studies.experiment, studies.experiment.lanes[lane].config, Clock()))


def everything(studies: Studies, most: int = 1000) -> list[Finding]:
    """Advance until there is nothing left to do, and return all findings."""
    found: list[Finding] = []
    while studies.busy:
        found += studies.advance()
        most -= 1
        assert most, "it goes on for ever"
    return found


def message(found: Finding) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(payload.text(found.members))
    return members


def test_nothing_is_computed_that_nobody_wants() -> None:
    _, studies = made()
    studies.stepped()
    studies.rested()
    assert not studies.busy
    assert studies.advance() == []


def test_a_line_goes_through_the_losses_before_and_after_the_last_step() -> None:
    experiment, studies = made()
    batches = small(0.1, 0.2)
    run(batches, 4)
    images, labels = next(batches._batches)
    assert studies.want(frozenset({LINE})) == []
    [found] = everything(studies)
    line = message(found)
    assert found.subject == LINE
    assert (found.run, found.step, line["learning_rate"]) == (7, 5, 0.1)
    multiples, losses = line["multiples"], line["losses"]
    assert multiples == sorted(multiples)
    assert len(multiples) == len(losses) >= POINTS
    for multiple, lane in ((0.0, batches.lanes[0]), (1.0, experiment.lanes[0])):
        [expected] = experiment.parallel.losses([lane.network.params], images, labels)
        assert losses[multiples.index(multiple)] == pytest.approx(expected.value, rel=1e-5)
    assert losses[multiples.index(line["best"])] == min(losses)
    # The other images are the same for every lane and step.
    others = line["others"]
    assert others["images"] == len(experiment.others[1]) == 100
    assert len(others["multiples"]) == len(others["losses"]) >= OF_OTHERS
    for multiple, lane in ((0.0, batches.lanes[0]), (1.0, experiment.lanes[0])):
        [expected] = experiment.parallel.losses([lane.network.params], *experiment.others)
        assert others["losses"][others["multiples"].index(multiple)] == pytest.approx(expected.value, rel=1e-5)
    assert others["losses"][others["multiples"].index(others["best"])] == min(others["losses"])


def test_a_line_is_of_the_rate_that_the_step_had() -> None:
    experiment, studies = made()
    experiment.set_learning_rate("A", 0.7)
    studies.want(frozenset({LINE}))
    [found] = everything(studies)
    assert message(found)["learning_rate"] == 0.1


def test_at_step_zero_and_of_a_lane_that_is_not_there_no_line_comes() -> None:
    _, studies = made(0)
    studies.want(frozenset({LINE}))
    assert everything(studies) == []
    _, studies = made(3)
    studies.want(frozenset({LineSubject("Z"), LensSubject("Z", LENS.kernel)}))
    assert everything(studies) == []


def test_a_lens_has_the_kernel_s_gradients_and_is_computed_once_for_several() -> None:
    experiment, studies = made()
    studies.want(frozenset({LENS}))
    [found] = everything(studies)
    lens = message(found)
    assert (found.subject, found.step) == (LENS, 5)
    assert (lens["rows"], lens["cols"]) == (3, 3)
    assert lens["counts"] == [1, 32, 64, 100]
    assert lens["cosines"][-1] == pytest.approx(1)  # rounding depends on the processor
    assert lens["kernel_cosines"][-1] == pytest.approx(1)
    network = experiment.lanes[1].network
    [_] = experiment.parallel.gradients([network], experiment.data.train_images, experiment.data.train_labels)
    np.testing.assert_allclose(lens["gradients"][-1], network.grads["conv2.weight"][3, 1].ravel(), atol=1e-6)
    other = LensSubject("B", Kernel("dense", 9, 2))
    [known] = studies.want(frozenset({LENS, other}))
    assert not studies.busy
    assert (known.subject, message(known)["rows"]) == (other, 3)
    run(experiment, 1)
    studies.want(frozenset())
    assert studies.want(frozenset({LENS})) == []
    assert studies.busy, "of another step by now"


def test_while_it_trains_all_is_looked_at_again_now_and_then() -> None:
    experiment, studies = made(0)
    studies.want(frozenset({LINE, LENS}))
    assert len(everything(studies)) == 1  # step 0 has a lens
    steps: dict[str, list[int]] = {"line": [], "lens": []}
    for _ in range(2 * AGAIN_EVERY + 5):
        run(experiment, 1)
        studies.stepped()
        for found in everything(studies):
            steps[found.subject.kind].append(found.step)
    assert steps == {"line": [50, 100], "lens": [50, 100]}


def test_at_rest_what_was_begun_gives_way_to_this_step() -> None:
    experiment, studies = made()
    studies.want(frozenset({LINE}))
    studies.advance()
    run(experiment, 2)
    studies.rested()
    assert [found.step for found in everything(studies)] == [7]


def test_studies_change_no_bit_of_the_training() -> None:
    experiment, studies = made(0)
    studies.want(frozenset({LINE, LENS, LineSubject("B")}))
    begin_range_test(studies, 0)
    for _ in range(30):
        run(experiment, 1)
        studies.stepped()
        studies.advance()
    alone = small(0.1, 0.2)
    run(alone, 30)
    assert same_bits(snapshot_of(experiment), snapshot_of(alone))


def test_a_range_test_reports_as_it_goes_and_at_its_end() -> None:
    _, studies = made()
    [begun] = begin_range_test(studies, 1)
    assert begun.subject == RangeSubject()
    assert message(begun)["progress"] == 0
    *_, last = everything(studies)
    done = message(last)
    assert (done["status"], done["progress"], done["lane"]) == ("done", 1, "B")
    assert len(done["rates"]) == len(done["losses"]) == len(done["smoothed"]) > 100
    assert done["rates"][0] == pytest.approx(1e-5)
    assert done["lanes"]["small"] < done["lanes"]["good"] < done["lanes"]["large"]
    assert not studies.busy


def test_a_range_test_may_be_cancelled() -> None:
    _, studies = made()
    begin_range_test(studies, 0)
    for _ in range(20):
        studies.advance()
    [cancelled] = studies.cancel()
    assert (message(cancelled)["status"], len(message(cancelled)["rates"])) == ("cancelled", 20)
    assert studies.cancel() == []
    assert not studies.busy


def test_another_run_is_looked_at_anew() -> None:
    experiment, studies = made()
    studies.want(frozenset({LINE, LENS}))
    everything(studies)
    experiment.reset()
    run(experiment, 5)
    studies.begin_run(8)
    assert {(found.run, found.step) for found in everything(studies)} == {(8, 5)}


def test_numbers_that_json_has_not_are_null() -> None:
    experiment, studies = made(1)
    experiment.lanes[0].last_update.flat[...] = 1e38 * np.sign(experiment.lanes[0].last_update.flat)
    studies.want(frozenset({LINE}))
    [found] = everything(studies)
    assert None in message(found)["losses"]


WEIGHT = WeightSubject("B", Weight("conv2", 3, 1, 2, 0))


def array(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


def test_no_number_of_whatever_is_found_ends_an_experiment() -> None:
    found = payload.text({"a": float("inf"), "b": [1.5, float("nan"), {"c": (np.float64("-inf"), 2)}], "d": "x"})
    assert json.loads(found) == {"a": None, "b": [1.5, None, {"c": [None, 2]}], "d": "x"}


def test_a_weight_comes_with_its_sum_and_then_with_its_proof() -> None:
    experiment, studies = made()
    studies.want(frozenset({WEIGHT}))
    first, second = map(message, everything(studies))
    assert first["gradient"] == experiment.lanes[1].gradient["conv2.weight"][3, 1, 2, 0]
    assert first["memory"] == {}
    origin = first["origin"]
    assert origin["total"] == pytest.approx(first["gradient"], rel=1e-4)
    assert sum(origin["shares"]) == pytest.approx(origin["total"])
    assert origin["positive"]["sum"] + origin["negative"]["sum"] == pytest.approx(origin["total"])
    assert origin["positive"]["count"] + origin["negative"]["count"] <= origin["positions"] == 32 * 6 * 6
    image = origin["image"]
    assert abs(origin["shares"][image["index"]]) == max(map(abs, origin["shares"]))
    product = (array(image["sensitivity"]).astype(float) * array(image["seen"])).sum()
    assert product == pytest.approx(origin["shares"][image["index"]])
    assert array(image["pixels"]).shape == (1, 12, 12)
    assert origin["proof"] is None
    assert second["origin"]["proof"]["slope"] == pytest.approx(first["gradient"], rel=1e-3)
    chosen = replace(WEIGHT, image=7)
    studies.want(frozenset({chosen}))
    assert message(everything(studies)[-1])["origin"]["image"]["index"] == 7


def test_what_is_no_longer_wanted_is_not_computed() -> None:
    _, studies = made()
    other = replace(WEIGHT, lane="A")
    studies.want(frozenset({WEIGHT, other}))
    studies.advance()
    studies.want(frozenset({LINE}))
    assert [found.subject for found in everything(studies)] == [LINE]
    studies.want(frozenset({WEIGHT}))
    studies.want(frozenset())
    assert not studies.busy


def test_a_life_is_of_all_lanes() -> None:
    experiment, studies = made()
    life = LifeSubject(WEIGHT.weight)
    [found] = studies.want(frozenset({life}))
    lanes = message(found)["lanes"]
    assert lanes["A"]["steps"] == list(range(6))
    assert lanes["B"]["values"][-1] == experiment.lanes[1].network.params["conv2.weight"][3, 1, 2, 0]
    assert lanes["A"]["gradients"][0] is None


def test_a_weight_of_a_lane_that_has_diverged_is_of_the_lanes_own_last_step() -> None:
    experiment, studies = made()
    experiment.set_learning_rate("B", 1e39)
    run(experiment, 2)
    studies.want(frozenset({WeightSubject("B", Weight("conv1", 0, 0, 1, 1))}))
    found = message(everything(studies)[0])
    assert (found["missing"], found["lane_step"]) == ("stopped", 5)


def test_a_trace_in_phases_has_what_there_is_by_then_and_no_more() -> None:
    experiment, studies = made()
    trace = TraceSubject("B", 33)
    studies.want(frozenset({trace}))
    whole = message(everything(studies)[0])
    names = [layer.name for layer in experiment.config.architecture]
    assert (list(whole["forward"]), list(whole["backward"])) == (names, names)
    assert whole["label"] == 3
    assert whole["loss"] == pytest.approx(-np.log(whole["probabilities"][3]))
    assert sum(whole["probabilities"]) == pytest.approx(1)
    assert whole["step_under_way"] is None
    moved = dict(whole["last_step"])
    assert moved.pop("step") == experiment.step
    lane = experiment.lanes[1]
    for told, parameters in ((moved.pop("updates"), lane.last_update), (whole["weights"], lane.network.params)):
        assert list(told) == ["conv1", "conv2", "dense"]
        weights = parameters["conv2.weight"]
        assert told["conv2"]["norm"] == pytest.approx(np.linalg.norm(weights))
        assert np.array_equal(array(told["conv2"]["kernels"]), weights.reshape(-1, *weights.shape[2:])[:32])
        assert array(told["dense"]["kernels"]).ndim == 3  # each as the map that it sees
    assert sum(moved.values()) == lane.network.params.flat.size
    for done in range(1, 2 * len(names) + 2):
        experiment.advance_phase()
        studies.phased()
        part = message(everything(studies)[0])
        assert part["step_under_way"]["done"] == done
        assert part["step_under_way"]["images"] == len(experiment.phased.labels)
        assert list(part["forward"]) == names[:done]
        assert set(part["backward"]) == set(names[::-1][: max(0, done - len(names) - 1)])
        assert (part["loss"] is None) == (done <= len(names)) == (part["step_under_way"]["batch_loss"] is None)
        assert set(part["step_under_way"]["gradients"]) == {"conv1", "conv2", "dense"} & set(part["backward"])
        for layer, packed in part["forward"].items():
            assert np.array_equal(array(packed), array(whole["forward"][layer]))
    gradient = array(part["step_under_way"]["gradients"]["conv2"])
    experiment.advance()
    assert np.array_equal(gradient, experiment.lanes[1].gradient["conv2.weight"])


FILM = FilmSubject(Kernel("conv2", 3, 1), 4)
PAST = PastSubject(3)
LIFE = LifeSubject(WEIGHT.weight)


def test_a_film_has_the_first_and_the_last_step_and_those_between_in_every_lane() -> None:
    experiment, studies = made(10)
    [found] = studies.want(frozenset({FILM}))
    assert not studies.busy, "nothing is to be computed"
    assert found.subject == FILM
    film = message(found)
    lanes = film.pop("lanes")
    assert film == {
        "kept": list(range(11)),
        "steps": [0, 3, 6, 10],
    }
    assert lanes.keys() == {"A", "B"}
    again = small(0.1, 0.2)
    for place, id in enumerate(lanes):
        assert lanes[id]["steps"] == film["steps"]
        assert array(lanes[id]["weights"]).shape == (4, 3, 3)
        weight = experiment.lanes[place].network.params["conv2.weight"][3, 1]
        assert np.array_equal(array(lanes[id]["weights"])[3], weight)
    for frame, step in enumerate(film["steps"]):
        run(again, step - again.step)
        expected = snapshot_of(again).params["conv2.weight"][:, 3, 1]
        assert np.array_equal([array(lane["weights"])[frame] for lane in lanes.values()], expected)


@pytest.mark.parametrize(
    ("steps", "frames", "shown"),
    [(0, 64, [0]), (1, 64, [0, 1]), (2, 2, [0, 2]), (3, 64, [0, 1, 2, 3]), (9, 3, [0, 4, 9])],
)
def test_a_film_has_no_more_frames_than_there_are_steps_nor_than_are_wanted(
    steps: int, frames: int, shown: list[int]
) -> None:
    _, studies = made(steps)
    [found] = studies.want(frozenset({replace(FILM, frames=frames)}))
    assert message(found)["steps"] == shown


def test_a_film_ends_with_what_is_now_and_each_lane_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyframes_module, "MOST", 6)
    experiment, studies = made(6)
    experiment.set_learning_rate("B", 1e39)
    run(experiment, 9)
    experiment.lanes[0].network.params["conv2.weight"][3, 1] = 5
    [found] = studies.want(frozenset({FILM}))
    film = message(found)
    assert (film["kept"], film["steps"]) == ([0, 2, 4, 6, 8, 12, 15], [0, 4, 8, 15])
    assert [lane["steps"] for lane in film["lanes"].values()] == [[0, 4, 8, 15], [0, 4, 6, 6]]
    assert (array(film["lanes"]["A"]["weights"])[-1] == 5).all()


def test_an_earlier_step_comes_at_once_and_again_when_there_is_more_to_see() -> None:
    experiment, studies = made()
    [found] = studies.want(frozenset({PAST}))
    assert (found.subject, found.run, found.step) == (PAST, 7, 5)
    assert found.members["frame"] == FrameOf(3, Shown())
    assert not studies.busy
    assert studies.want(frozenset({PAST, LIFE}))[0].subject == LIFE
    richer = replace(PAST, shown=Shown(frozenset({"moved"})))
    [more] = studies.want(frozenset({richer, LIFE}))
    assert more.members["frame"].shown.quantities == {"moved"}
    for _ in range(2 * AGAIN_EVERY):
        run(experiment, 1)
        studies.stepped()
    assert {found.subject for found in everything(studies)} == {LIFE}, "it is what it was"
    studies.rested()
    assert {found.subject for found in everything(studies)} == {LIFE, richer}
    studies.begin_run(8)
    assert [found.run for found in everything(studies) if found.subject == richer] == [8]


def test_what_is_only_looked_up_waits_for_nothing_that_is_computed() -> None:
    experiment, studies = made()
    studies.want(frozenset({LENS}))
    assert studies.advance() == []
    begin_range_test(studies, 0)
    assert [found.subject for found in studies.want(frozenset({LENS, FILM, LIFE}))] == [FILM, LIFE]
    run(experiment, AGAIN_EVERY - experiment.step)
    studies.stepped()
    assert {found.subject for found in studies.advance()} == {FILM, LIFE}
    assert studies.busy


def test_in_slow_motion_what_is_shown_keeps_up() -> None:
    clock = Clock()
    experiment, studies = made(0, clock)
    trace = TraceSubject("B", 3)
    subjects = frozenset({LINE, LENS, WEIGHT, trace, LIFE, FILM, PAST})
    studies.want(subjects)
    everything(studies)

    def found_after(seconds: float) -> set[str]:
        clock.now += seconds
        run(experiment, 1)
        studies.stepped()
        return {found.subject.kind for found in everything(studies)}

    assert found_after(0.4) == set()
    assert found_after(0.1) == {"life", "film"}
    assert found_after(0.4) == set()
    assert found_after(1.1) == {"life", "film", "weight", "trace", "lens", "line"}
    assert found_after(0) == set()
    assert found_after(100) == {"life", "film", "weight", "trace", "lens", "line"}
    studies.want(subjects - {LENS})
    assert len(studies.want(subjects)) == 1, "the lens of this step is known"
    assert found_after(1.9) == {"life", "film"}
    assert "lens" in found_after(0.1)


def test_what_takes_long_is_not_begun_again_before_it_has_rested() -> None:
    clock = Clock()
    experiment, studies = made(1, clock)
    studies.want(frozenset({WEIGHT}))
    busy = ""
    for second in range(AGAIN_EVERY - 5):
        clock.now = second
        run(experiment, 1)
        studies.stepped()
        busy += "+" if studies.busy else " "
        studies.advance()
    once, *again = busy.split()
    assert again
    assert all(len(one) < 2 * len(once) for one in again)


def test_what_goes_by_time_is_not_begun_again_by_steps() -> None:
    clock = Clock()
    experiment, studies = made(0, clock)
    studies.want(frozenset({SaliencySubject("A", 0)}))
    assert everything(studies)
    for _ in range(AGAIN_EVERY):
        run(experiment, 1)
        studies.stepped()
    assert not studies.busy
    clock.now = 3
    run(experiment, 1)
    studies.stepped()
    assert studies.busy


def watched(studies: Studies) -> list[Finding]:
    """All findings for viewers without control."""
    found: list[Finding] = []
    while studies.spare:
        found += studies.advance_spare()
    return found


def test_what_is_wanted_by_those_who_only_watch_comes_after_all_else_and_one_by_one() -> None:
    experiment, studies = made()
    others = frozenset({replace(PAST, at=step) for step in range(5)})
    assert studies.want(frozenset({LINE}), others | {LINE, FILM}) == [], "nothing at once"
    assert [found.subject for found in everything(studies)] == [LINE], "who holds the controls is not kept waiting"
    first = studies.advance_spare()
    assert len(first) == 1
    assert {found.subject for found in [*first, *watched(studies)]} == others | {FILM}, "and what both want comes once"
    run(experiment, AGAIN_EVERY - experiment.step)
    studies.stepped()
    assert [found.subject for found in watched(studies)] == [FILM]
    studies.want(frozenset(), frozenset({LINE}))
    assert not studies.busy
    assert [found.subject for found in watched(studies)] == [LINE]
    studies.rested()
    assert not studies.busy
    assert studies.spare


@pytest.mark.parametrize(
    ("wanted", "watched", "share"),
    [
        (set(), {LINE}, WATCHERS_SHARE),
        ({PatientLine("A")}, set(), PATIENT_SHARE),
        ({PatientLine("A"), OtherLine("A")}, {LINE}, RATIONED_SHARE),
    ],
)
def test_those_who_only_watch_and_what_can_wait_get_a_share_of_the_time(
    monkeypatch: pytest.MonkeyPatch, wanted: set[Subject], watched: set[Subject], share: float
) -> None:
    monkeypatch.setattr(studies_module, "STUDIES", (PatientLine, OtherLine))
    clock = Clock()
    _, studies = made(clock=clock)
    studies.want(frozenset(wanted), frozenset(watched))
    assert not studies.busy
    look, took = studies.experiment.parallel.losses, 0.5

    def slow(*args: Any) -> Any:
        clock.now += took
        return look(*args)

    studies.experiment.parallel.losses = slow  # type: ignore[method-assign]
    began, spent = clock.now, 0.0
    while studies.spare:
        clock.now = before = max(clock.now, studies.spare_at)
        studies.advance_spare()
        spent += clock.now - before
        assert clock.now == before or clock.now < studies.spare_at
    assert studies.spare_at == inf, "there is nothing"
    assert spent >= took
    assert spent / (clock.now - began) <= share * 1.04


def test_what_can_wait_has_rations_of_its_own_a_preview_and_is_shown_at_once_even_if_it_is_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patches, "PREVIEW", 32)
    experiment, studies = made()
    subject = patches.PatchesSubject("A", "conv2")
    picture = MaximisationSubject("A", "conv2", 0, jitter=False, blur=False, norm=False)
    assert studies.want(frozenset({subject, picture})) == []
    assert not studies.busy, "it is not in the way of the others"
    found = watched(studies)
    assert [message(one)["searched"] for one in found if one.subject == subject] == [32, 100]
    assert [one.step for one in found if one.subject == picture] == [5]
    run(experiment, 1)
    studies.rested()
    found = watched(studies)
    assert [message(one)["searched"] for one in found if one.subject == subject] == [100], "no preview again"
    studies.want(frozenset())
    run(experiment, 1)
    [known] = studies.want(frozenset({patches.PatchesSubject("A", "conv2", 1)}))
    assert (known.step, len(message(known)["filters"])) == (6, 3)
    assert studies.spare
    studies.advance_spare()
    studies.want(frozenset())
    assert not studies.spare, "and cancelled when nobody looks"
