"""What filters became: measures of planted kernels, false alarms of random ones, and events at planted steps."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.impossible import Impossible
from kernelscope.nn import AveragePool, Conv, Network
from kernelscope.studies.emergence import MOST_MEASURED, Emergence, EmergenceSubject, of_weights, thinned
from kernelscope.studies.kernel_measures import class_means, opponency, oriented, selectivity, smoothness, sparsity
from kernelscope.studies.milestones import OFF, RULES, held, milestones, preferred

from tests.experiment.support import run, small

ANGLES = np.arange(0, 180, 7.5)


def planted(kind: str, size: int, angle: float) -> Any:
    """A kernel ``[1, size, size]`` whose edge or line lies at `angle` degrees, 90 being vertical."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    across = x * np.sin(np.radians(angle)) + y * np.cos(np.radians(angle))
    round_ = np.exp(-(x**2 + y**2) / (2 * (size / 4) ** 2))
    kernels = {"edge": across * round_, "line": np.exp(-(across**2)), "step": np.tanh(2 * across), "blob": round_}
    return kernels[kind][None]


def alike(one: Any, other: Any) -> Any:
    """How far apart two orientations are, in degrees."""
    return np.abs((one - other + 90) % 180 - 90)


def is_held(what: str, weights: Any) -> Any:
    measures = {"orientation": oriented(weights).strength, "smoothness": smoothness(weights)}
    if what == "opponent":
        measures["opponency"] = opponency(weights)
    return held(RULES[what], {name: values[None] for name, values in measures.items()})[0] != OFF  # type: ignore[index]


@pytest.mark.parametrize("size", [3, 5, 7, 11])
@pytest.mark.parametrize(("kind", "error"), [("edge", 3.5), ("line", 3.5), ("step", 10)])
def test_edges_and_lines_at_known_angles(size: int, kind: str, error: float) -> None:
    kernels = np.stack([planted(kind, size, angle) for angle in ANGLES])
    found = oriented(kernels)
    assert alike(found.angle, ANGLES).max() < error
    assert is_held("oriented", kernels).all()
    # The sign and the size of the weights don't matter, nor does a constant.
    same = oriented(-3e-4 * kernels.astype(np.float32))
    assert alike(same.angle, found.angle).max() < 1e-3
    assert same.strength == pytest.approx(found.strength, rel=1e-4)
    assert oriented(kernels + 0.7).strength == pytest.approx(found.strength)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_what_has_no_orientation(size: int) -> None:
    board = np.indices((size, size)).sum(0)[None] % 2 * 2.0 - 1
    blob, flat = planted("blob", size, 0), np.full((1, size, size), 0.3, np.float32)
    strength, angle = oriented(np.stack([board, blob, flat]))
    assert strength.tolist() == [0, 0, 0]
    assert np.isnan(angle).all()
    assert smoothness(np.stack([board, flat])) == pytest.approx([-1, 1])
    assert smoothness(blob) > 0.7
    # Two channels at a right angle cancel, and equal ones don't.
    across = [planted("edge", size, angle)[0] for angle in (0, 90)]
    assert oriented(np.stack(across)).strength == pytest.approx(0, abs=1e-9)
    assert oriented(np.stack([across[0]] * 2)).angle == pytest.approx(0, abs=1e-9)


def test_what_is_not_defined() -> None:
    zero, point = np.zeros((1, 3, 3)), np.ones((1, 1, 1))
    beyond = np.full((1, 3, 3), np.inf)
    nothing = [*oriented(zero), *oriented(point), *oriented(beyond), smoothness(zero), smoothness(point)]
    assert np.isnan(nothing).all()
    assert np.isnan(opponency(np.zeros((3, 2, 2))))
    assert np.isnan(smoothness(beyond))


def test_a_kernel_narrower_or_wider_than_can_be_told_has_no_orientation() -> None:
    for shape in ((2, 1, 2, 7), (2, 3, 2, 2), (2, 1, 17, 17)):
        strength, angle = oriented(np.random.default_rng(1).standard_normal(shape))
        assert strength.shape == angle.shape == (2,)
        assert np.isnan([strength, angle]).all()


def test_two_studies_of_one_lane_do_not_take_what_the_other_has_measured() -> None:
    experiment = small(0.1)
    run(experiment, 6)
    first = EmergenceSubject("A", "conv1", 0).study(experiment)
    next(first)
    run(experiment, 1)
    experiment.lanes[0].keyframes.thin(0)
    assert [found for found in EmergenceSubject("A", "conv1", 1).study(experiment) if found]
    assert [found for found in first if found], "it goes on with what it has"


def test_neighbours_and_colours_by_hand() -> None:
    # Four pairs: 1·2, 3·0, 1·3 and 2·0.
    assert smoothness(np.array([[[1.0, 2], [3, 0]]])) == pytest.approx(2 * (2 + 0 + 3 + 0) / (5 + 9 + 10 + 4))
    colours = {(1, 1, 1): 0, (1, -1, 0): 1, (-1, -1, 2): 1, (1, 0, 0): 2 / 3, (0, -2, 2): 1, (1, 1, 0): 1 / 3}
    for colour, share in colours.items():
        kernel = np.array(colour)[:, None, None] * planted("blob", 5, 0)
        assert opponency(kernel) == pytest.approx(share, abs=1e-12)
        assert is_held("opponent", kernel[None]).tolist() == [share > 0.9]


@pytest.mark.parametrize(
    ("channels", "size", "what", "most"),
    [
        (1, 3, "oriented", 25),
        (1, 5, "oriented", 2),
        (1, 7, "oriented", 0),
        (3, 3, "oriented", 1),
        (3, 5, "oriented", 0),
        (8, 3, "oriented", 0),
        (3, 3, "opponent", 15),
        (3, 5, "opponent", 0),
    ],
)
def test_false_alarms_of_a_thousand_random_filters(channels: int, size: int, what: str, most: int) -> None:
    network = Network([Conv("conv1", 1000, size)], (channels, 12, 12), np.random.default_rng(7))
    assert np.count_nonzero(is_held(what, network.params["conv1.weight"])) <= most


def test_responses_by_hand() -> None:
    responses = np.array([[1.0, 1, 1, 1], [0, 0, 4, 0], [1, 3, 0, 0], [0, 0, 0, 0]])
    assert sparsity(responses) == pytest.approx([0, 1, (1 - 1 / 2.5) / 0.75, np.nan], nan_ok=True)
    means = class_means(responses, np.array([0, 0, 2, 2]), 3)
    assert means[:, [0, 2]].tolist() == [[1, 1], [0, 2], [2, 0], [0, 0]]
    assert np.isnan(means[:, 1]).all()
    assert selectivity(means).tolist() == [0, 1, 1, 0]
    assert selectivity(np.array([[3.0, 1, 2]])) == pytest.approx((3 - 1.5) / (3 + 1.5))


def test_the_first_kernels_see_the_colours_whatever_is_before_them() -> None:
    layers = [AveragePool("pool1", 2), Conv("conv1", 3, 3), Conv("conv2", 2, 3)]
    for channels, seeing in ((3, {"conv1"}), (1, set())):
        network = Network(layers, (channels, 12, 12), np.random.default_rng(1))
        found = of_weights(network, network.params.flat[None])
        assert {layer for layer, measures in found.items() if "opponency" in measures} == seeing


def test_what_wavers_about_a_threshold_makes_no_events() -> None:
    nan = np.nan
    orientation = np.array([[0.2, 0.35, 0.39, 0.4, 0.31, 0.39, nan, 0.31, 0.29, 0.39, 0.4], [0.5] * 11]).T
    states = held(RULES["oriented"], {"orientation": orientation, "smoothness": np.full((11, 2), 0.5)})
    assert [(one.place, one.out, one.begins) for one in milestones("oriented", states)] == [
        (3, 0, True),
        (8, 0, False),
        (10, 0, True),
    ]
    # Both measures are needed, and either ends it.
    smooth = np.array([0.3, 0.5, 0.3, 0.29])[:, None]
    states = held(RULES["oriented"], {"orientation": np.full((4, 1), 0.5), "smoothness": smooth})
    assert states[:, 0].tolist() == [OFF, 0, 0, OFF]
    # Another class takes its place only when it is a tenth ahead.
    means = np.array([[[0, 0]], [[5.0, 1]], [[5, 5.4]], [[5, 5.6]], [[5.5, 5.6]], [[9, 1]]])
    states = preferred(np.array([OFF, 0, 0, 0, 0, OFF])[:, None], means)
    assert states[:, 0].tolist() == [OFF, 0, 0, 1, 1, OFF]
    assert [(one.place, one.begins, one.value) for one in milestones("selective", states)] == [
        (1, True, 0),
        (3, True, 1),
        (5, False, 1),
    ]


def study(experiment: Experiment, subject: EmergenceSubject) -> Emergence:
    [found] = [found for found in subject.study(experiment) if found]
    return found


def array(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


def plant(experiment: Experiment, out: int, kernel: Any, bias: float = 0) -> None:
    params = experiment.lanes[0].network.params
    params["conv1.weight"][out], params["conv1.bias"][out] = kernel, bias


def test_events_happen_at_the_planted_steps() -> None:
    experiment = small(1e-12)  # so that nothing else changes
    noise = np.array([[[1, -1, 1], [-1, 1, 1], [1, 1, -1]]], np.float32)
    for out in range(3):
        plant(experiment, out, noise)
    run(experiment, 3)
    plant(experiment, 1, planted("edge", 3, 45))  # from step 4 on
    run(experiment, 2)
    study(experiment, EmergenceSubject("A", "conv1", 1))  # what it remembers changes nothing
    plant(experiment, 2, noise, bias=-1000)  # from step 6 on
    run(experiment, 4)
    plant(experiment, 1, noise)
    plant(experiment, 2, noise)
    run(experiment, 1)
    found = study(experiment, EmergenceSubject("A", "conv1", 1))
    told = [
        event
        for event in found.events
        if event.step > 1 and event.what in ("oriented", "dead") and event.layer == "conv1"
    ]
    assert [(event.step, event.since, event.out, event.what, event.begins) for event in told] == [
        (4, 3, 1, "oriented", True),
        (6, 5, 2, "dead", True),
        (10, 9, 1, "oriented", False),
        (10, 9, 2, "dead", False),
    ]
    members = EmergenceSubject("A", "conv1", 1).members(found)
    assert members["steps"] == members["measured"] == list(range(11))
    assert alike(array(members["weights"]["angle"])[4:10], 45) == pytest.approx(np.zeros(6), abs=1e-3)
    assert members["all_events"] == len(members["events"]) == len(found.events)
    assert EmergenceSubject("A", "dense", 1).members(found)["steps"] == []


def test_it_is_what_the_network_does_and_changes_nothing() -> None:
    experiment, other = small(0.05, 0.2), small(0.05, 0.2)
    for _ in range(3):
        run(experiment, 4)
        found = study(experiment, EmergenceSubject("B", "conv2", 1))
    run(other, 12)
    assert experiment.checkpoint() == other.checkpoint()
    # Measured at once, and measured bit by bit.
    whole = study(other, EmergenceSubject("B", "conv2", 1))
    for layer, life in whole.layers.items():
        for measures, before in (
            (life.weights, found.layers[layer].weights),
            (life.responses, found.layers[layer].responses),
        ):
            for name, values in measures.items():
                np.testing.assert_array_equal(values, before[name])
    assert whole.events == found.events
    network, labels = other.lanes[1].network, other.probe_labels
    activations = network.trace(other.probe).activations["relu2"].astype(float)
    responses = activations.mean((2, 3)).T
    life = whole.layers["conv2"]
    by_class = np.stack([responses[:, labels == label].mean(1) for label in range(10)], axis=1)
    assert life.responses["means"][-1] == pytest.approx(by_class, rel=1e-5)
    assert life.responses["active"][-1] == pytest.approx((activations > 0).mean((0, 2, 3)))
    weights = network.params["conv2.weight"]
    assert life.weights["smoothness"][-1] == pytest.approx(smoothness(weights))


def test_so_many_steps_are_measured_that_few_are_measured_anew() -> None:
    assert thinned(range(MOST_MEASURED)) == list(range(MOST_MEASURED))
    before: set[int] = set()
    for count in range(1, 600):
        steps = thinned(range(count))
        assert MOST_MEASURED / 2 <= len(steps) <= MOST_MEASURED or count <= MOST_MEASURED
        assert len(set(steps) - before) <= 1
        before = set(steps)


def test_a_filter_that_is_not_there_is_refused() -> None:
    with pytest.raises(Impossible, match="expected out below 3"):
        EmergenceSubject("A", "conv1", 3).require({"conv1": (3, 1, 3, 3)})
    assert list(EmergenceSubject("Z", "conv1", 0).study(small(0.1))) == []
