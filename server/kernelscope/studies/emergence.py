"""The study *emergence*: what the filters of a lane became over the run, in measures and events.

The measures of weights are computed after every kept step, those of responses to the probe images after every so many,
so that there are at most `MOST_MEASURED`. What is known of a kept step is remembered as long as the step is kept.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.kernels import always_shown
from kernelscope.experiment.keyframes import Keyframes
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.place import Index, Kernel, KernelShapes, LayerName
from kernelscope.nn import Network, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.studies import kernel_measures as measure
from kernelscope.studies.kernel_measures import Numbers
from kernelscope.studies.milestones import RULES, What, held, milestones, preferred
from kernelscope.studies.payload import packed
from kernelscope.studies.probing import Probing
from kernelscope.studies.subject import Members, Subject

MOST_MEASURED = 32
"""The largest number of kept steps after which responses are measured, besides the current step."""
MOST_EVENTS = 200
"""The largest number of events reported, the newest."""
PIECE = 8
"""The number of steps whose weights are measured at a time."""

Measures = dict[str, Numbers]
OF_WEIGHTS = ("orientation", "angle", "smoothness", "opponency")
OF_RESPONSES = ("active", "sparsity", "selectivity")


class Event(NamedTuple):
    """What became of a filter."""

    step: int
    """The first of the steps after which it was so."""
    since: int
    """The step before that, after which it was not yet so."""
    layer: str
    out: int
    what: What
    begins: bool
    value: int
    """What is selective: the index of the class."""


@dataclass(frozen=True)
class LayerLife:
    """The measures of a layer's filters over the run."""

    steps: Sequence[int]
    """After which the weights were measured, ascending."""
    measured: Sequence[int]
    """After which the responses were measured; none if the layer has no ReLU."""
    weights: Measures
    """``[step, out]`` of each of `OF_WEIGHTS`; no `opponency` unless the input has three colours."""
    responses: Measures
    """``[step, out]`` of each of `OF_RESPONSES`, and ``[step, out, class]`` of `means`."""


NOTHING = LayerLife([], [], {}, {})
"""Of a dense layer."""


@dataclass(frozen=True)
class Emergence:
    """What is known of a lane."""

    lane_step: int
    layers: Mapping[str, LayerLife]
    events: Sequence[Event]
    """In the order of steps."""


@dataclass(frozen=True)
class EmergenceSubject(Subject):
    """The measures of a filter in a lane over the run, and the events of all filters of this lane."""

    lane: LaneId
    layer: LayerName
    out: Index
    """The filter's output channel."""
    kind: Literal["emergence"] = "emergence"
    again_after = 2.0
    by_time = True

    @property
    def work(self) -> Hashable:
        """All filters of a lane are measured together."""
        return self.kind, self.lane

    def require(self, shapes: KernelShapes) -> None:
        """Check that the filter exists.

        Raises:
            Impossible: it does not.
        """
        Kernel(self.layer, self.out, 0).require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Emergence | None]:
        """Measure what has not been measured yet, a few steps at a time."""
        lane = experiment.lane(self.lane)
        if lane is None:
            return
        network, keyframes, lane_step = lane.network, lane.keyframes, lane.steps
        weights = {step: keyframes.at(step).weights for step in keyframes.steps if step < lane_step}
        now = network.params.flat.copy()
        # Another study of the same lane may be under way, and goes on with what it has.
        known = _KNOWN[keyframes] = _KNOWN.get(keyframes, _Known()).only(weights)
        some = thinned(list(weights))
        new = [step for step in weights if step not in known.weights]
        for steps in (new[at : at + PIECE] for at in range(0, len(new), PIECE)):
            found = of_weights(network, np.stack([weights[step] for step in steps]))
            for place, step in enumerate(steps):
                known.weights[step] = _at(found, place)
            yield None
        look = responding_to(network, experiment.probe, experiment.probe_labels, len(experiment.data.classes))
        for step in some:
            if step not in known.responses:
                known.responses[step] = look(weights[step])
                yield None
        of_now = _at(of_weights(network, now[None]), 0)
        yield None
        layers = _lives(
            {**{step: known.weights[step] for step in weights}, lane_step: of_now},
            {**{step: known.responses[step] for step in some}, lane_step: look(now)},
        )
        yield None
        yield Emergence(lane_step, layers, events_of(layers))

    def members(self, found: Emergence) -> Members:
        """The filter's measures over the run, those of its layer now, and all events."""
        life = found.layers.get(self.layer, NOTHING)
        return {
            "lane_step": found.lane_step,
            "steps": life.steps,
            "measured": life.measured,
            "weights": {name: packed(values[:, self.out]) for name, values in life.weights.items()},
            "responses": {name: packed(values[:, self.out]) for name, values in life.responses.items()},
            "layer_now": {name: packed(life.weights[name][-1]) for name in ("orientation", "angle") if life.steps},
            "events": [event._asdict() for event in found.events[-MOST_EVENTS:]],
            "all_events": len(found.events),
            "rules": {what: {name: list(one) for name, one in rule.items()} for what, rule in RULES.items()},
        }


@dataclass
class _Known:
    """Measures after kept steps, by layer."""

    weights: dict[int, dict[str, Measures]] = field(default_factory=dict)
    responses: dict[int, dict[str, Measures]] = field(default_factory=dict)

    def only(self, kept: Mapping[int, Any]) -> "_Known":
        """Those of these steps."""
        return _Known(
            {step: found for step, found in self.weights.items() if step in kept},
            {step: found for step, found in self.responses.items() if step in kept},
        )


_KNOWN: WeakKeyDictionary[Keyframes, _Known] = WeakKeyDictionary()


def thinned(steps: Sequence[int], most: int = MOST_MEASURED) -> list[int]:
    """Choose at most so many of rising steps: the multiples of the smallest power of two that leaves no more.

    Whatever is chosen of more steps was chosen of fewer, so that nothing need be measured twice.
    """
    stride, chosen = 1, list(steps)
    while len(chosen) > most:
        stride *= 2
        chosen = [step for step in steps if step % stride == 0]
    return chosen


def of_weights(network: Network, weights: Array) -> dict[str, Measures]:
    """Measure the conv layers' filters, from flat parameters ``[step, parameter]``; ``[step, out]`` of each measure."""
    shapes = kernel_shapes(network.shapes)
    found: dict[str, Measures] = {}
    for layer in always_shown(network.shapes):
        shape, place = shapes[layer], network.params.places[f"{layer}.weight"]
        filters = weights[:, place].reshape(-1, *shape)
        strength, angle = measure.oriented(filters)
        found[layer] = {"orientation": strength, "angle": angle, "smoothness": measure.smoothness(filters)}
        if layer == next(iter(shapes)) and network.shapes[0].input[0] == shape[1] == 3:  # it sees the colours
            found[layer]["opponency"] = measure.opponency(filters)
    return found


def responding_to(
    network: Network, images: Array, labels: Labels, classes: int
) -> Callable[[Array], dict[str, Measures]]:
    """Return a function that measures the responses of networks like `network` with given flat parameters.

    A filter's response to an image is the mean of its activations over all positions.
    """
    probing = Probing(network, images)
    params = Parameters(network.shapes, network.dtype)

    def look(weights: Array) -> dict[str, Measures]:
        params.flat[...] = weights
        active = dict.fromkeys(probing.positions, np.float64(0))
        means: dict[str, list[Array]] = {layer: [] for layer in probing.positions}

        def see(layer: str, output: Array) -> None:
            active[layer] = active[layer] + np.count_nonzero(output > 0, axis=(0, 2, 3))
            means[layer].append(output.mean((0, 2), dtype=np.float64))

        probing.run(params, see)
        found: dict[str, Measures] = {}
        for layer, positions in probing.positions.items():
            responses = np.concatenate(means[layer], axis=1)
            by_class = measure.class_means(responses, labels, classes)
            found[layer] = {
                # Activations that are no numbers are not those of a dead filter.
                "active": np.where(np.isnan(responses).any(1), np.nan, active[layer] / (positions * len(images))),
                "sparsity": measure.sparsity(responses),
                "selectivity": measure.selectivity(by_class),
                "means": by_class,
            }
        return found

    return look


def events_of(layers: Mapping[str, LayerLife]) -> list[Event]:
    """Find all events of all filters, in the order of their steps."""
    events: list[Event] = []
    for layer, life in layers.items():
        for what, rule in RULES.items():
            measures, steps = life.weights, life.steps
            if what in ("selective", "dead"):
                measures, steps = life.responses, life.measured
                measures = {**measures, "silent": 1 - measures["active"]} if measures else measures
            if not rule.keys() <= measures.keys():
                continue
            states = held(rule, measures)
            if what == "selective":
                states = preferred(states, measures["means"])
            events += [
                Event(steps[one.place], steps[one.place - 1], layer, one.out, what, one.begins, one.value)
                for one in milestones(what, states)
            ]
    return sorted(events, key=lambda event: event.step)


def _lives(
    weights: Mapping[int, Mapping[str, Measures]], responses: Mapping[int, Mapping[str, Measures]]
) -> dict[str, LayerLife]:
    newest = max(weights)
    return {
        layer: LayerLife(
            list(weights),
            list(responses) if layer in responses[newest] else [],
            _stacked([one[layer] for one in weights.values()]),
            _stacked([one[layer] for one in responses.values() if layer in one]),
        )
        for layer in weights[newest]
    }


def _stacked(measures: Sequence[Measures]) -> Measures:
    return {name: np.stack([one[name] for one in measures]) for name in measures[0]} if measures else {}


def _at(found: Mapping[str, Measures], place: int) -> dict[str, Measures]:
    return {layer: {name: values[place] for name, values in one.items()} for layer, one in found.items()}
