"""What each lane makes of an image: its prediction, what its filters respond with, and what its loss asks for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from kernelscope.experiment import always_shown
from kernelscope.experiment.lane import response_layers
from kernelscope.nn import LayerShape, LayerSpec, Network, Parameters, softmax_cross_entropy
from kernelscope.nn.arrays import Array, batch_first, batch_last
from kernelscope.nn.loss import softmax
from kernelscope.nn.sequential import Sequential
from kernelscope.studies.shown import INPUT_GRADIENT, RESPONSES, SENSITIVITIES

MOST_RESPONSES = 1_000_000
"""The most numbers in the responses of all layers and lanes together: more would hold up the stream."""

Labelled = tuple[Array, int | None]
"""An image ``[channel, row, col]`` and the index of its class; None: it has none, and so no loss."""


@dataclass(frozen=True)
class Answer:
    """What all lanes make of one image."""

    probabilities: Array
    """``[lane, class]``: the softmax of the logits; NaN for a lane whose logits are not finite."""
    responses: dict[str, Array]
    """``[lane, out, row, col]`` by conv layer: the output of the activation behind it, or its own if none."""
    sensitivities: dict[str, Array]
    """``[lane, out, row, col]`` by conv layer: ∂L/∂Z, where L is the cross-entropy of this image alone and Z the
    layer's output, before any activation and pool; empty without a class."""
    input_gradient: Array | None
    """∂L/∂x ``[lane, channel, row, col]`` of the image x as it was given; None without a class."""


def responding_layers(shapes: Sequence[LayerShape], lanes: int) -> dict[str, LayerShape]:
    """For each conv layer the layer whose output is its response; none for those for which there is no room any more.

    The first layers come first (see `MOST_RESPONSES`).
    """
    responses, by_name = dict(response_layers(shapes)), {shape.spec.name: shape for shape in shapes}
    found: dict[str, LayerShape] = {}
    room = MOST_RESPONSES
    for layer in always_shown(shapes):
        shape = by_name[responses.get(layer, layer)]
        if (numbers := lanes * prod(shape.output)) <= room:
            found[layer] = shape
            room -= numbers
    return found


@np.errstate(all="ignore")  # as in training, infinities are results to look at
def answers(
    lanes: Sequence[tuple[Network, Array]], images: Iterable[Labelled], wanted: Collection[str] = ()
) -> list[Answer]:
    """Run images one by one through networks, so that no image changes a bit of another's answer.

    Args:
        lanes: networks whose layers have the same names and shapes, each with the flat parameters to run it with.
        images: the images. Those without a class are not run backward.
        wanted: which of ``responses``, ``sensitivities`` and ``input_gradient`` are wanted too.
    """
    layers = responding_layers(lanes[0][0].shapes, len(lanes))
    responding = {layer: shape.spec.name for layer, shape in layers.items()} if RESPONSES in wanted else {}
    sensitive = {layer: layer for layer in layers} if SENSITIVITIES in wanted else {}
    to_input = INPUT_GRADIENT in wanted
    backward = bool(sensitive) or to_input
    params = Parameters(lanes[0][0].shapes, np.dtype(np.float32))
    grads = Parameters(params.shapes, params.flat.dtype) if backward else None
    runs: dict[tuple[LayerSpec, ...], Sequential] = {}
    for network, _ in lanes:
        if network.architecture not in runs:
            run = Sequential(network.shapes, 1, params.flat.dtype, fused=False, input_gradient=to_input)
            run.bind(params, grads)
            runs[network.architecture] = run
    found: list[Answer] = []
    for image, label in images:
        logits: list[Array] = []
        outputs, gradients, of_input = _Seen(responding), _Seen(sensitive), list[Array]()
        for network, flat in lanes:
            run = runs[network.architecture]
            params.flat[...] = flat
            output = batch_first(run.forward(batch_last(image[np.newaxis]), outputs.see))
            logits.append(output.reshape(-1).copy())
            if label is None or not backward:
                continue
            _, upstream = softmax_cross_entropy(output.reshape(1, -1), np.array([label]))
            gradient = run.backward(batch_last(upstream.reshape(output.shape)), gradients.see)
            if gradient is not None:
                of_input.append(batch_first(gradient)[0].copy())
        slope = np.stack(of_input) if of_input else None
        found.append(Answer(softmax(np.stack(logits)), outputs.arrays, gradients.arrays, slope))
    return found


class _Seen:
    """Copies of the arrays of some layers, of one network after the other."""

    def __init__(self, layers: dict[str, str]) -> None:
        self._layers = layers  # the layer whose array is that of another one, by the name of this
        self._arrays: dict[str, list[Array]] = {name: [] for name in layers.values()}

    def see(self, layer: str, array: Array) -> None:
        if layer in self._arrays:
            self._arrays[layer].append(batch_first(array)[0].copy())

    @property
    def arrays(self) -> dict[str, Array]:
        """``[lane, …]`` by layer; empty if none have been seen."""
        return {layer: np.stack(self._arrays[name]) for layer, name in self._layers.items() if self._arrays[name]}
