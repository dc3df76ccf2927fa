"""What each lane got wrong in its last test, and the pictures of it."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import CatchUp, Experiment, evidence
from kernelscope.nn.loss import NOTHING, predicted, softmax, softmax_cross_entropy
from kernelscope.studies.errors import ErrorsSubject
from kernelscope.studies.pictures import SIDE, PicturesSubject, pictures
from kernelscope.studies.studies import Studies

from tests.experiment.support import bars, network_with, run, small, small_config, weights


def finish(experiment: Experiment) -> list[Any]:
    made: list[Any] = []
    while experiment.evaluating:
        made += experiment.evaluate()
    return made


def found(experiment: Experiment) -> dict[str, Any]:
    [members] = ErrorsSubject().study(experiment)
    return dict(members)


def test_they_are_the_predictions_of_the_test_that_gave_the_accuracy() -> None:
    experiment = small(0.02, 0.3, test_every=10, data=bars(test=300))
    assert found(experiment)["lanes"] == {"A": None, "B": None}, "no test is over yet"
    tests = []
    for _ in range(10):
        tests += experiment.advance()[1]
    then = weights(experiment)
    for _ in range(9):
        tests += experiment.advance()[1]
    members, data = found(experiment), experiment.data
    assert members["labels"] == data.test_labels.tolist()
    assert tests[-1].step == 10
    for place, lane in enumerate(members["lanes"].values()):
        assert lane["step"] == 10
        assert lane["right"] / 300 == tests[-1].accuracy[place], "to the last bit"
        logits = network_with(experiment, then[place]).forward(data.test_images)
        assert lane["predicted"] == logits.argmax(1).tolist()
        assert lane["right"] == np.count_nonzero(logits.argmax(1) == data.test_labels)
        confidence = np.frombuffer(b64decode(lane["confidence"]["data"]), "<f4")
        np.testing.assert_allclose(confidence, softmax(logits).max(1), rtol=1e-5)


def test_a_pause_is_tested_and_a_diverged_lane_keeps_its_last_test() -> None:
    experiment = small(0.1, 0.2, test_every=1000)
    run(experiment, 7)
    experiment.set_learning_rate("B", 1e39)
    run(experiment, 2)
    assert experiment.lanes[1].stopped
    experiment.test_at_rest()
    finish(experiment)
    assert [lane["step"] for lane in found(experiment)["lanes"].values()] == [9, 5]


def test_they_survive_a_checkpoint_and_an_arrangement() -> None:
    experiment = small(0.1, 0.2, test_every=10)
    run(experiment, 25)
    before = found(experiment)
    resumed = Experiment(experiment.config, experiment.data)
    resumed.restore(experiment.checkpoint())
    assert found(resumed) == before
    added = [*experiment.config.lanes, small_config(0.3).lanes[0].model_copy(update={"id": "C"})]
    catch_up = CatchUp(experiment, added, {"C": "A"})
    while not catch_up.ready():
        catch_up.advance()
    catch_up.arrange()
    lanes = found(experiment)["lanes"]
    assert (lanes["A"], lanes["B"], lanes["C"]) == (before["lanes"]["A"], before["lanes"]["B"], before["lanes"]["A"])


def test_what_is_no_test_is_refused() -> None:
    experiment = small(0.1)
    run(experiment, 1)
    finish(experiment)
    tested = experiment.lanes[0].tested
    assert tested
    good = tested.state()
    assert np.array_equal(evidence.Tested.of(good).predicted, tested.predicted)
    for member, bad in (("predicted", good["predicted"][:-1]), ("confidence", good["predicted"]), ("step", -1)):
        with pytest.raises(ValueError, match="expected"):
            evidence.Tested.of({**good, member: bad})


def test_a_test_under_way_survives_a_checkpoint_even_of_an_earlier_version() -> None:
    experiment = small(0.1, test_every=10, data=bars(test=300))
    run(experiment, 10)
    experiment.evaluate()
    states = [experiment._evaluations.state() for _ in range(2)]
    for evaluation in states[1]["waiting"]:
        del evaluation["predicted"], evaluation["confidence"]
    [straight] = finish(experiment)
    for state in states:
        experiment.lanes[0].tested = None
        experiment._evaluations.restore(state, experiment.lanes)
        assert finish(experiment) == [straight]
        assert found(experiment)["lanes"]["A"]["right"] / 300 == straight.accuracy[0]


def test_it_is_told_anew_after_each_test_and_not_in_between() -> None:
    experiment = small(0.1, test_every=10)
    finish(experiment)
    studies = Studies(experiment, 1)
    [first] = studies.want(frozenset({ErrorsSubject()}))
    assert first.members["lanes"]["A"]["step"] == 0
    steps = []
    for step in range(1, 61):
        tests = experiment.advance()[1]
        studies.stepped()
        if tests:
            studies.tested()
        for finding in studies.advance():
            steps.append((finding.members["lanes"]["A"]["step"], step))
        assert not studies.busy
    assert [of for of, _ in steps] == [1, 2, 5, 10, 20, 30, 40, 50]


def test_a_class_is_predicted_as_it_is_counted() -> None:
    """Of equal logits the first counts, and of a NaN none."""
    nan, inf = np.nan, np.inf
    logits = np.array([[0, 2, 2], [nan, 1, 0], [0, 1, nan], [inf, 0, 1], [0, 0, 0.5]])
    for label in range(3):
        labels = np.full(5, label)
        with np.errstate(all="ignore"):
            loss, _ = softmax_cross_entropy(logits, labels)
            prediction = predicted(logits, loss)
        assert prediction.classes.tolist() == [1, NOTHING, NOTHING, 0, 2]
        assert np.count_nonzero(prediction.classes == labels) == loss.right
    assert np.isnan(prediction.confidence[1:4]).all()
    assert prediction.confidence[[0, 4]] == pytest.approx(
        [1 / (2 + np.exp(-2)), np.exp(0.5) / (2 + np.exp(0.5))], rel=1e-6
    )


def test_pictures_are_the_images_in_bytes_and_small() -> None:
    experiment = small(0.1)
    [members] = PicturesSubject((3, 0)).study(experiment)
    pixels = members["pixels"]
    got = np.frombuffer(b64decode(pixels["data"]), np.uint8).reshape(pixels["shape"])
    assert np.abs(got / 255 - experiment.data.test_images[[3, 0]]).max() <= 0.5 / 255 + 1e-6
    assert PicturesSubject((3, 0)).test_image == 3
    assert PicturesSubject(()).test_image is None
    large = np.zeros((1, 3, 130, 200), np.float32)
    large[:, 1, 4:8, :4] = 1
    small_one = pictures(large)
    assert small_one.shape == (1, 3, 32, 50)
    assert max(small_one.shape) <= SIDE
    assert small_one[0, 1, 1, 0] == 255
    assert small_one.sum() == 255
