"""What each lane makes of an image: its prediction, and what its filters respond with."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from kernelscope.experiment import always_shown
from kernelscope.experiment.lane import response_layers
from kernelscope.nn import LayerShape, Parameters
from kernelscope.nn.arrays import Array, batch_first, batch_last
from kernelscope.nn.loss import softmax
from kernelscope.nn.sequential import Sequential

MOST_RESPONSES = 1_000_000
"""The most numbers in the responses of all layers and lanes together: more would hold up the stream."""


@dataclass(frozen=True)
class Answer:
    """What all lanes make of one image."""

    probabilities: Array
    """``[lane, class]``: the softmax of the logits; NaN for a lane whose logits are not finite."""
    responses: dict[str, Array]
    """``[lane, out, row, col]`` by conv layer: the output of the ReLU behind it, or its own where there is none."""


def responding_layers(shapes: Sequence[LayerShape], lanes: int) -> dict[str, LayerShape]:
    """For each conv layer the layer whose output is its response; none for those for which there is no room any more.

    The first layers come first (see `MOST_RESPONSES`).
    """
    relus, by_name = dict(response_layers(shapes)), {shape.spec.name: shape for shape in shapes}
    found: dict[str, LayerShape] = {}
    room = MOST_RESPONSES
    for layer in always_shown(shapes):
        shape = by_name[relus.get(layer, layer)]
        if (numbers := lanes * prod(shape.output)) <= room:
            found[layer] = shape
            room -= numbers
    return found


@np.errstate(all="ignore")  # as in training, infinities are results to look at
def answers(
    shapes: Sequence[LayerShape], lanes: Collection[Array], images: Iterable[Array], *, responses: bool
) -> list[Answer]:
    """Run images one by one through networks, so that no image changes a bit of another's answer.

    Args:
        shapes: the layers of all networks.
        lanes: the parameters of each network, flat.
        images: each ``[channel, row, col]``.
        responses: whether the responses of the conv layers are wanted too.
    """
    layers = responding_layers(shapes, len(lanes)) if responses else {}
    params = Parameters(shapes, np.dtype(np.float32))
    run = Sequential(shapes, 1, params.flat.dtype, fused=False)
    run.bind(params)
    found: list[Answer] = []
    for image in images:
        logits: list[Array] = []
        outputs: dict[str, list[Array]] = {shape.spec.name: [] for shape in layers.values()}

        def see(layer: str, output: Array, outputs: dict[str, list[Array]] = outputs) -> None:
            if layer in outputs:
                outputs[layer].append(batch_first(output)[0].copy())

        for flat in lanes:
            params.flat[...] = flat
            logits.append(batch_first(run.forward(batch_last(image[np.newaxis]), see)).reshape(-1).copy())
        responded = {layer: np.stack(outputs[shape.spec.name]) for layer, shape in layers.items()}
        found.append(Answer(softmax(np.stack(logits)), responded))
    return found
