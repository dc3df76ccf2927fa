"""The kernels of all lanes at one step."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, prod
from typing import Self

import numpy as np

from kernelscope.experiment import Condition, Experiment, always_shown, kernel_shapes
from kernelscope.nn import Conv
from kernelscope.nn.arrays import Array
from kernelscope.nn.parameters import Named
from kernelscope.picture.answers import Answer, answers
from kernelscope.studies.health import Responding, norms, ratios
from kernelscope.studies.kernel_measures import Numbers, can_be_oriented, oriented
from kernelscope.studies.shown import ORIENTED, PREDICTIONS, RESPONSES, SENSITIVITIES, TRUTH, Shown
from kernelscope.studies.truth import match, matched_layer

Shapes = Mapping[str, tuple[int, ...]]


class Stack(Named):
    """Parameters of several lanes by name, ``stack["conv1.weight"]`` for example, each ``[lane, …]``.

    Attributes:
        flat: ``[lane, parameter]``, initially zero.
    """

    def __init__(self, shapes: Shapes, lanes: int) -> None:
        super().__init__(np.zeros((lanes, sum(map(prod, shapes.values()))), np.float32))
        for name, shape in shapes.items():
            self._add(name, shape)

    @classmethod
    def of(cls, shapes: Shapes, places: Mapping[str, slice], lanes: Sequence[Array]) -> Self:
        """Copy the parameters named in `shapes` from each lane's flat array, in which they are at `places`."""
        stack = cls(shapes, len(lanes))
        for row, flat in zip(stack.flat, lanes, strict=True):
            for name, place in stack.places.items():
                row[place] = flat[places[name]]
        return stack

    @classmethod
    def holding(cls, arrays: Mapping[str, Array]) -> Self:
        """Copy `arrays`, each ``[lane, …]``."""
        stack = cls({name: array.shape[1:] for name, array in arrays.items()}, len(next(iter(arrays.values()))))
        for name, array in arrays.items():
            stack[name][...] = array
        return stack

    def less(self, other: Array, places: Mapping[str, slice]) -> Self:
        """Subtract the weights of `other`, one flat array or one a lane, with these `places`; biases are left out."""
        weights = {name: array.shape[1:] for name, array in self.items() if name.endswith(".weight")}
        rest = type(self)(weights, len(self.flat))
        for name, place in rest.places.items():
            np.subtract(self.flat[:, self.places[name]], other[..., places[name]], out=rest.flat[:, place])
        return rest


@dataclass(frozen=True)
class Filters:
    """Statistics of the conv layers' filters, by layer, each ``[lane, out]``."""

    norms: Mapping[str, Array] = field(default_factory=dict)
    """‖W‖"""
    ratios: Mapping[str, Array] = field(default_factory=dict)
    """‖update‖ / ‖W‖ of the last update, with W before it. Empty before the first step."""
    active: Mapping[str, Array] = field(default_factory=dict)
    """`Responding.active`, after step `active_step`."""
    active_step: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """The kernels of all lanes at one step, copied so that training can continue."""

    step: int
    images_seen: int
    lane_steps: tuple[int, ...]
    conditions: tuple[Condition, ...]
    """The present conditions, even if the step is an earlier one."""
    params: Stack
    grads: Stack | None
    """The gradients that the updates of `lane_steps` used; None before the first step."""
    updates: Stack | None = None
    """The last update of the weights, without biases; None before the first step."""
    before: Stack | None = None
    """The weights before that update, without biases; None before the first step."""
    others: Mapping[str, Stack] = field(default_factory=dict)
    """The quantities that were requested, without biases. ``moved``: W − W_0. ``apart.B``: W − W of lane B. ``start``:
    W_0, as a single lane where all lanes share it. ``responses.803`` and ``sensitivities.803``: `Answer.responses` and
    `Answer.sensitivities` of image 803. ``truth``: `Match.aligned`, where there is a known truth."""
    filters: Filters = Filters()
    spreads: Mapping[str, Array] = field(default_factory=dict)
    """Mean and standard deviation of each layer's weights, in each lane of ``start`` and then in each lane, ``[…, 2]``;
    if ``start`` was requested."""
    orientations: Mapping[str, Numbers] = field(default_factory=dict)
    """Strength and angle ``[lane, out, 2]`` of the filters of conv layers where they can be measured
    (`kernel_measures.Oriented`), if ``oriented`` was requested."""
    matches: Mapping[str, Numbers] = field(default_factory=dict)
    """How alike each filter ``[lane, out, 2]`` is to the known kernel that it is matched with, and which that is
    (`Match`), if ``truth`` was requested and there is one."""
    probabilities: Mapping[str, Array] = field(default_factory=dict)
    """`Answer.probabilities` for the requested images, as ``predictions.803``."""
    input_gradients: Mapping[str, Array] = field(default_factory=dict)
    """`Answer.input_gradient` likewise."""

    def quantities(self, wanted: Iterable[str] = ()) -> Iterator[tuple[str, Stack]]:
        """Yield parameters, gradients, and whichever of the `wanted` quantities exist."""
        yield "params", self.params
        if self.grads is not None:
            yield "grads", self.grads
        if self.updates is not None and "updates" in wanted:
            yield "updates", self.updates
        if self.before is not None and "before" in wanted:
            yield "before", self.before
        yield from self.others.items()


def spreads(start: Stack, params: Stack) -> dict[str, Array]:
    """Mean and standard deviation of each layer's weights, in each lane of `start`, then of `params`, ``[lane, 2]``."""
    found: dict[str, Array] = {}
    for name, of_start in start.items():
        rows = [array.reshape(len(array), -1).astype(np.float64) for array in (of_start, params[name])]
        both = np.concatenate(rows)
        found[name.removesuffix(".weight")] = np.stack([both.mean(1), both.std(1)], 1)
    return found


def snapshot_of(
    experiment: Experiment,
    quantities: Collection[str] = (),
    layers: Collection[str] = (),
    responding: Responding | None = None,
) -> Snapshot:
    """Take a snapshot of an experiment: its kernels, and the gradients that the last update used.

    Args:
        experiment: the experiment.
        quantities: ``moved``, ``start``, ``oriented``, ``truth``, ``apart.`` with a lane's id, ``predictions.`` with
            the index of an image, and ``responses``, ``sensitivities`` and ``input_gradient`` for these images (see
            `Snapshot`). Unknown ones are ignored.
        layers: dense layers to include besides the conv layers.
        responding: which filters responded when last measured; None if that is not known.
    """
    return _shown(experiment, experiment.step, quantities, layers, responding)


def past_of(
    experiment: Experiment, step: int, quantities: Collection[str] = (), layers: Collection[str] = ()
) -> Snapshot:
    """Take the snapshot of an earlier step: the last recorded one up to `step`, or the first if there is none.

    A lane that had diverged by then is shown as it stopped. Which filters responded is not known.
    """
    kept = experiment.kept
    return _shown(experiment, kept[max(bisect_right(kept, step) - 1, 0)], quantities, layers)


def _shown(
    experiment: Experiment,
    step: int,
    quantities: Collection[str],
    layers: Collection[str],
    responding: Responding | None = None,
) -> Snapshot:
    lanes = [lane.at(step) for lane in experiment.lanes]
    network = experiment.lanes[0].network
    shapes, places, kernels = network.shapes, network.params.places, kernel_shapes(network.shapes)
    convs = always_shown(shapes)
    weights: dict[str, tuple[int, ...]] = {
        f"{layer}.weight": shape for layer, shape in kernels.items() if layer in convs or layer in layers
    }
    biases: dict[str, tuple[int, ...]] = {f"{layer}.bias": kernels[layer][:1] for layer in convs}
    params = Stack.of(weights | biases, places, [lane.weights for lane in lanes])
    started = [experiment.initial(lane).flat for lane in experiment.lanes]
    if all(flat is started[0] for flat in started):
        started = started[:1]
    others = {"moved": params.less(np.stack(started), places)} if "moved" in quantities else {}
    for lane, then in zip(experiment.lanes, lanes, strict=True):
        if (name := f"apart.{lane.id}") in quantities:
            others[name] = params.less(then.weights, places)
    start = Stack.of(weights, places, started) if "start" in quantities else None
    if start:
        others["start"] = start
    matches: dict[str, Numbers] = {}
    truth, first = experiment.data.truth, matched_layer(shapes)
    if TRUTH in quantities and truth is not None and first:
        others[TRUTH], matches[first.name] = _matched(params, first, truth)
    answered = _answers(experiment, [lane.weights for lane in lanes], Shown(frozenset(quantities)))
    for image, answer in answered.items():
        for quantity, maps in {RESPONSES: answer.responses, SENSITIVITIES: answer.sensitivities}.items():
            if maps:
                others[f"{quantity}.{image}"] = Stack.holding(maps)
    slopes = {image: answer.input_gradient for image, answer in answered.items()}
    updates = Stack.of(weights, places, [lane.update for lane in lanes]) if step else None
    before = Stack.of(weights, places, [lane.before for lane in lanes]) if step else None
    return Snapshot(
        step,
        _images_until(experiment, step),
        tuple(lane.step for lane in lanes),
        tuple(lane.condition for lane in experiment.lanes),
        params,
        Stack.of(weights | biases, places, [lane.gradient for lane in lanes]) if step else None,
        updates,
        before,
        others,
        _filters(convs, params, before, updates, responding),
        spreads(start, params) if start else {},
        _orientations(convs, params) if ORIENTED in quantities else {},
        matches,
        {f"{PREDICTIONS}.{image}": answer.probabilities for image, answer in answered.items()},
        {f"{PREDICTIONS}.{image}": slope for image, slope in slopes.items() if slope is not None},
    )


def _answers(experiment: Experiment, lanes: Sequence[Array], wanted: Shown) -> dict[int, Answer]:
    """What the `lanes`, each given by its weights, make of the images that are wanted."""
    images = {index: image for index in wanted.images if (image := experiment.images.seen(index))}
    if not images:
        return {}
    networks = [(lane.network, weights) for lane, weights in zip(experiment.lanes, lanes, strict=True)]
    found = answers(networks, images.values(), wanted.quantities)
    return dict(zip(images, found, strict=True))


def _filters(
    layers: Iterable[str], params: Stack, before: Stack | None, updates: Stack | None, responding: Responding | None
) -> Filters:
    names = {layer: f"{layer}.weight" for layer in layers}
    active = responding.active if responding else {}
    return Filters(
        {layer: norms(params[name]) for layer, name in names.items()},
        {layer: ratios(before[name], updates[name]) for layer, name in names.items()} if before and updates else {},
        active,
        responding.step if responding and active else None,
    )


def _orientations(layers: Iterable[str], params: Stack) -> dict[str, Numbers]:
    weights = {layer: params[f"{layer}.weight"] for layer in layers}
    wide = {layer: array for layer, array in weights.items() if can_be_oriented(*array.shape[-2:])}
    return {layer: np.stack(oriented(array), -1) for layer, array in wide.items()}


def _matched(params: Stack, layer: Conv, truth: Array) -> tuple[Stack, Numbers]:
    """The truth aligned with each filter of a layer, by lanes; how alike the two are, and which of the truth it is."""
    weight = f"{layer.name}.weight"
    found = [match(filters, truth, layer.apart) for filters in params[weight]]
    aligned = Stack.holding({weight: np.stack([lane.aligned for lane in found])})
    return aligned, np.stack([np.stack([lane.alike, lane.known], -1) for lane in found])


def _images_until(experiment: Experiment, step: int) -> int:
    """The number of images seen after `step` steps; the last batch of an epoch may be smaller."""
    images, size = len(experiment.data.train_labels), experiment.config.batch_size
    epochs, steps = divmod(step, ceil(images / size))
    return epochs * images + min(steps * size, images)
