"""Lanes that differ in one thing besides their rates: how they begin, their activation, their batch."""

from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import CatchUp, Experiment, ExperimentConfig, KeptRun, LaneConfig, sources
from kernelscope.experiment.phases import require_room
from kernelscope.experiment.place import Weight
from kernelscope.experiment.variant import ACTIVATIONS, ActivationType, varied
from kernelscope.hosting.views import LaneView
from kernelscope.impossible import Impossible
from kernelscope.nn import SGD, Conv, Dense, Dropout, Gaussian, He, LayerSpec, LeakyReLU, MaxPool, Network, ReLU, Tanh
from kernelscope.picture.picture import picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import past_of, snapshot_of
from kernelscope.studies.emergence import EmergenceSubject
from kernelscope.studies.gradient_noise import NoiseSubject
from kernelscope.studies.health import responding
from kernelscope.studies.line import lines_of
from kernelscope.studies.maximisation import MaximisationSubject
from kernelscope.studies.observation import Observer
from kernelscope.studies.one_weight import weight_of
from kernelscope.studies.patches import PatchesSubject
from kernelscope.studies.range_test import RangeTest
from kernelscope.studies.saliency import SaliencySubject
from kernelscope.studies.shown import Shown
from kernelscope.studies.trace import TraceSubject
from pydantic import ValidationError

from tests.experiment.support import bars, run, small, small_config, weights

DROPPING: list[LayerSpec] = [
    Conv("conv1", 3, 3, padding=1),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Dropout("dropout1", 0.3),
    Conv("conv2", 4, 3, init=He()),
    LeakyReLU("leaky1", 0.2),
    Dense("dense", 10),
]
PAIRS: dict[str, list[dict[str, Any]]] = {
    "activation": [{"activation": "relu"}, {"activation": "tanh"}],
    "init": [{"init": He()}, {"init": Gaussian(0.02)}],
    "batch": [{"batch": 5}, {}],
}
WEIGHT = Weight("conv2", 1, 2, 1, 1)


def lanes(kind: str) -> list[dict[str, Any]]:
    return [{"id": id, "learning_rate": 0.1, **own} for id, own in zip("AB", PAIRS[kind], strict=True)]


def pair(kind: str) -> Experiment:
    return small(architecture=DROPPING, lanes=lanes(kind))


def alone(kind: str, place: int) -> Experiment:
    """The experiment whose whole network and batch are as the lane at this place has them."""
    own = PAIRS[kind][place]
    network = varied(DROPPING, own.get("init"), own.get("activation"))
    return small(architecture=network, lanes=[lanes(kind)[place]])


def again_of(experiment: Experiment) -> Experiment:
    """Another that goes on where this one stands."""
    again = small(architecture=DROPPING, lanes=[lane.config for lane in experiment.lanes])
    again.restore(experiment.checkpoint())
    return again


@pytest.mark.parametrize("kind", PAIRS)
def test_each_lane_is_bit_for_bit_the_one_that_is_trained_alone(kind: str) -> None:
    """Also in phases, after a change by hand, a copy, a restart, an undoing, and a film of what was."""
    both = pair(kind)
    one, other = alone(kind, 0), alone(kind, 1)

    def same() -> None:
        assert np.array_equal(np.stack(weights(both)), np.stack(weights(one) + weights(other)))

    same()
    for experiment in (both, one, other):
        run(experiment, 4)
        while experiment.advance_phase():
            pass
        run(experiment, 2)
    same()
    for experiment, lane in ((both, "B"), (other, "B")):
        experiment.set_weight(lane, WEIGHT, 0.5)
    configs = [both.lanes[1].config, both.lanes[0].config.model_copy(update={"id": "C"}), both.lanes[0].config]
    copies = sources([lane.config for lane in both.lanes], configs, {"C": "A"})
    while both.evaluating:
        both.evaluate()
    beside = again_of(both)
    beside.arrange(configs, copies, None)
    run(beside, 1)
    assert [lane.network.shapes[1].spec.type for lane in beside.lanes][1:] == [
        both.lanes[0].network.shapes[1].spec.type
    ] * 2
    assert np.array_equal(*weights(beside)[1:])
    kept = KeptRun(both)
    both.reset()
    run(both, 2)
    kept.bring_back()
    again = again_of(both)
    for experiment in (both, again, one, other):
        run(experiment, 3)
    same()
    assert np.array_equal(np.stack(weights(both)), np.stack(weights(again)))
    wanted = Shown(frozenset({"moved", "start", "responses", "sensitivities", "input_gradient"})).of_image(3)
    for at in (0, 3, both.step):
        mine = past_of(both, at, wanted.quantities, {"dense"})
        for place, single in enumerate((one, other)):
            its = past_of(single, at, wanted.quantities, {"dense"})
            for name, stack in its.others.items():
                row = mine.others[name].flat[min(place, len(mine.others[name].flat) - 1)]
                assert np.array_equal(row, stack.flat[0]), (at, name)
            for name, numbers in (its.probabilities | its.input_gradients).items():
                assert np.array_equal((mine.probabilities | mine.input_gradients)[name][place], numbers[0])
    assert len(mine.others["start"].flat) == (2 if kind == "init" else 1)
    assert len(mine.spreads["conv1"]) == len(mine.others["start"].flat) + 2


def test_he_and_small_begin_with_the_same_random_numbers() -> None:
    drawn = np.random.default_rng(7)
    networks = [
        Network(varied(DROPPING, init, None), (1, 12, 12), np.random.default_rng(7)) for init in (He(), Gaussian(0.02))
    ]
    he, little = (network.params for network in networks)
    for name in ("conv1.weight", "conv2.weight", "dense.weight"):
        normal = drawn.standard_normal(he[name].shape)
        assert np.array_equal(he[name], (normal * np.sqrt(2 / normal[0].size)).astype(np.float32))
        assert np.array_equal(little[name], (normal * 0.02).astype(np.float32))


@pytest.mark.parametrize("kind", ["activation", "batch"])
def test_what_is_studied_of_a_lane_is_that_of_the_one_alone(kind: str) -> None:
    both = pair(kind)
    observers = [Observer(both)]
    singles = [alone(kind, 0), alone(kind, 1)]
    observers += [Observer(single) for single in singles]
    records = []
    for experiment, observer in zip([both, *singles], observers, strict=True):
        for _ in range(20):
            run(experiment, 1)
            observer.stepped()
        while (record := observer.advance()) is None:
            pass
        records.append(record)
        experiment.advance_phase()
    assert records[0].ratio == (*records[1].ratio, *records[2].ratio)
    assert records[0].norm == (*records[1].norm, *records[2].norm)
    for place, (id, single) in enumerate(zip("AB", singles, strict=True)):
        subjects = [
            TraceSubject(id, 3),
            NoiseSubject(id, "conv1", 1),
            SaliencySubject(id, 3),
            PatchesSubject(id, "conv2", 0),
            MaximisationSubject(id, "conv2", 1, jitter=False, blur=True, norm=True),
        ]
        for subject in subjects:
            mine, its = (subject.members([one for one in subject.study(each) if one][-1]) for each in (both, single))
            assert mine == its, subject
        found = [[one for one in weight_of(each, id, WEIGHT) if one][-1] for each in (both, single)]
        assert found[0].origin is not None
        assert found[1].origin is not None
        assert np.array_equal(found[0].origin.contributions.products, found[1].origin.contributions.products)
        total = found[0].origin.contributions.products.sum()
        assert total == pytest.approx(found[0].gradient, rel=1e-4, abs=1e-8)
        assert found[0].origin.proof == found[1].origin.proof
        lines = [lines_of(each, id, 4, 2) for each in (both, single)]
        assert all(lines)
        ends = [line.own.advance(each.parallel, 60) for line, each in zip(lines, (both, single), strict=True) if line]
        assert ends[0] == ends[1]
        *_, emergence = (one for one in EmergenceSubject(id, "conv1", 0).study(both))
        assert emergence is not None
        gated = (kind, place) != ("activation", 1)
        assert bool(emergence.layers["conv1"].responses) == gated
        config = both.lanes[place].config
        tests = [RangeTest(each.config, each.seen, config, each.probe, steps=5) for each in (both, single)]
        for test, each in zip(tests, (both, single), strict=True):
            for _ in range(3):
                test.advance(each.parallel)
        assert tests[0].result == tests[1].result


def test_only_a_lane_with_relus_can_be_dead_or_collapse() -> None:
    experiment = pair("activation")
    for lane in experiment.lanes:
        lane.network.params["conv1.weight"][...] = 0
        lane.network.params["conv1.bias"][...] = -1
        lane.network.params["conv2.bias"][...] = -1
    found = responding(experiment)
    assert not found.active["conv1"][0].any()
    assert np.isnan(found.active["conv1"][1]).all()
    tensor = picture(snapshot_of(experiment, responding=found), Scales(), 0, [], exact=True).tensors["active/conv1"]
    assert tensor.tolist() == [[0, 0, 0], [-1, -1, -1]]
    run(experiment, 2)
    assert [lane.condition.status for lane in experiment.lanes] == ["collapsed", "training"]


def test_newcomers_with_another_beginning_start_from_it_and_catch_up() -> None:
    experiment = small(architecture=DROPPING, lanes=[lanes("init")[0]])
    run(experiment, 5)
    catch_up = CatchUp(experiment, [LaneConfig(**one) for one in lanes("init")], {})
    assert catch_up.newcomers
    while not catch_up.ready():
        catch_up.advance()
    catch_up.arrange()
    whole = pair("init")
    run(whole, 5)
    assert np.array_equal(np.stack(weights(experiment)), np.stack(weights(whole)))
    for lane, other in zip(experiment.lanes, whole.lanes, strict=True):
        assert np.array_equal(experiment.initial(lane).flat, whole.initial(other).flat)
    changed = CatchUp(
        experiment, [LaneConfig(**lanes("init")[0] | {"init": Gaussian(0.1)}), experiment.lanes[1].config], {}
    )
    assert changed.origins == (None, 1)


def test_layers_of_a_lane_say_what_it_computes() -> None:
    config = small_config(architecture=DROPPING, lanes=lanes("activation"))
    own = [LaneView.of(lane, config).layers for lane in config.lanes]
    [relu, tanh] = [[(one.name, one.type, one.activates, one.gates) for one in of or [] if one.activates] for of in own]
    assert relu == [("relu1", "relu", True, True), ("leaky1", "relu", True, True)]
    assert tanh == [("relu1", "tanh", True, False), ("leaky1", "tanh", True, False)]
    assert LaneView.of(LaneConfig(learning_rate=1, init=He()), config).layers is None
    assert set(ACTIVATIONS) == set(ActivationType.__args__)  # type: ignore[attr-defined]
    assert varied([LeakyReLU("leaky1", 0.2)], None, "leaky") == [LeakyReLU("leaky1", 0.2)]
    assert varied([ReLU("relu1")], None, "tanh") == [Tanh("relu1")]


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ([{"init": Gaussian(0.02)}, {"activation": "tanh"}], "two_differences"),
        ([{"optimizer": SGD(0.9)}, {"init": Gaussian(0.02)}], "two_differences"),
        ([{"batch": 4}, {"activation": "tanh"}], "two_differences"),
        ([{"batch": 64}], "lane_batch"),
    ],
)
def test_two_differences_can_not_be_compared(others: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        small_config(lanes=[{"learning_rate": 0.1}, *({"learning_rate": 0.2, **one} for one in others)])
    [error] = caught.value.errors()
    assert isinstance(error["ctx"]["error"], Impossible)
    assert error["ctx"]["error"].code == code


def test_what_all_lanes_have_is_no_difference() -> None:
    both = [{"learning_rate": rate, "init": He(), "activation": "tanh"} for rate in (0.1, 0.2)]
    config = small_config(lanes=[*both, {"learning_rate": 0.1, "init": He(), "activation": "gelu"}])
    assert len(config.lanes) == 3
    small_config(lanes=[{"learning_rate": 0.1, "init": He()}])
    shapes = ExperimentConfig().shapes()
    most = 50_000_000 // sum(shape.values for shape in shapes)
    require_room(shapes, most)
    with pytest.raises(Impossible):
        require_room(shapes, most + 1)


def test_lanes_without_a_batch_of_their_own_see_all_of_it() -> None:
    experiment = small(lanes=lanes("batch"), data=bars(train=40))
    run(experiment, 2)  # the second batch has the 8 images that are left
    found = [experiment.last_of(lane) for lane in experiment.lanes]
    assert [last and len(last.labels) for last in found] == [5, 8]
