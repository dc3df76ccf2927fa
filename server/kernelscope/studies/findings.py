"""What has been found, as the text messages that viewers get of it (docs/protocol.md)."""

import json
from base64 import b64encode
from math import isfinite
from typing import Any

import numpy as np

from kernelscope.experiment.keyframes import Life
from kernelscope.experiment.phases import PhasedStep
from kernelscope.experiment.place import Kernel
from kernelscope.nn import Trace, softmax_cross_entropy
from kernelscope.nn.arrays import Array
from kernelscope.studies.contributions import Contributions
from kernelscope.studies.descent import LossLine
from kernelscope.studies.insight import Film
from kernelscope.studies.lens import BatchLens, cosines
from kernelscope.studies.one_weight import OneWeight, Origin
from kernelscope.studies.range_test import RangeResult


def finite(value: Any) -> float | None:
    """A number as JSON knows it; None where it is infinite or not a number."""
    return float(value) if isfinite(value) else None


def all_finite(values: Any) -> list[float | None]:
    """The same for a flat sequence."""
    return [finite(value) for value in values]


def message(members: dict[str, Any]) -> str:
    """A text message of them. Whatever is infinite or not a number is null: no number may end an experiment."""
    try:
        return json.dumps(members, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(_nulled(members), separators=(",", ":"), allow_nan=False)


def _nulled(value: Any) -> Any:
    match value:
        case dict():
            return {name: _nulled(member) for name, member in value.items()}
        case list() | tuple():
            return [_nulled(member) for member in value]
        case float():
            return finite(value)
        case _:
            return value


def packed(array: Array) -> dict[str, Any]:
    """An array of any shape: float32, little-endian, row by row, in base64."""
    return {"shape": array.shape, "data": b64encode(array.astype("<f4").tobytes()).decode()}


def of_line(own: LossLine, others: LossLine, images: int) -> dict[str, Any]:
    """The members of `line`: of the step's own batch, and of so many other `images`."""
    return {"learning_rate": own.learning_rate, **_curve(own), "others": {"images": images, **_curve(others)}}


def _curve(line: LossLine) -> dict[str, Any]:
    return {
        "multiples": line.multiples,
        "losses": all_finite(line.losses),
        "best": line.best,
        "bound": line.bound,
    }


def of_lens(lens: BatchLens, kernel: Kernel, shape: tuple[int, int, int, int]) -> dict[str, Any]:
    """The members of `lens`."""
    *_, rows, cols = shape
    gradients = lens.kernel(kernel.layer, shape, kernel.out, kernel.channel).reshape(len(lens.counts), -1)
    return {
        **kernel.members,
        "rows": rows,
        "cols": cols,
        "counts": lens.counts,
        "cosines": all_finite(lens.cosines()),
        "kernel_cosines": all_finite(cosines(gradients)),
        "gradients": [all_finite(gradient) for gradient in gradients],
    }


def of_range(result: RangeResult) -> dict[str, Any]:
    """The members of `range`."""
    return {
        "rates": result.rates,
        "losses": all_finite(result.losses),
        "smoothed": all_finite(result.smoothed),
        "end": result.end,
        "steepest": result.steepest,
        "lowest": result.lowest,
        "diverges": result.diverges,
        "lanes": result.lanes._asdict() if result.lanes else None,
    }


def of_weight(weight: OneWeight, image: int | None) -> dict[str, Any]:
    """The members of `weight`, with the maps of an image of the batch; None: of the one that contributes most."""
    return {
        "lane_step": weight.step,
        "now": weight.now,
        "before": weight.before,
        "gradient": finite(weight.gradient),
        "update": finite(weight.update),
        "after": finite(weight.after),
        "learning_rate": finite(weight.learning_rate),
        "memory": weight.memory if all(map(isfinite, (weight.memory or {}).values())) else None,
        "missing": weight.missing,
        "origin": weight.origin and _of_origin(weight.origin, image),
    }


def _of_origin(origin: Origin, image: int | None) -> dict[str, Any]:
    parts = origin.contributions
    products, of_images = parts.products, parts.of_images
    chosen = int(np.abs(of_images).argmax()) if image is None else min(image, len(of_images) - 1)
    return {
        "total": finite(products.sum()),
        "positions": products.size,
        "positive": {"count": int((products > 0).sum()), "sum": finite(products[products > 0].sum())},
        "negative": {"count": int((products < 0).sum()), "sum": finite(products[products < 0].sum())},
        "shares": all_finite(of_images),
        "labels": origin.labels.tolist(),
        "image": _of_image(origin, parts, chosen),
        "loss": finite(origin.loss),
        "loss_updated": finite(origin.loss_updated),
        "loss_now": finite(origin.loss_now),
        "proof": origin.proof
        and {
            "epsilon": origin.proof.epsilon,
            "below": finite(origin.proof.below),
            "above": finite(origin.proof.above),
            "slope": finite(origin.proof.slope),
            "switches": origin.proof.switches,
        },
    }


def _of_image(origin: Origin, parts: Contributions, index: int) -> dict[str, Any]:
    return {
        "index": index,
        "pixels": packed(origin.images[index]),
        "sensitivity": packed(parts.sensitivity[index]),
        "seen": packed(parts.seen[index]),
    }


def of_lives(lives: dict[str, Life]) -> dict[str, Any]:
    """The members of `life`."""
    return {
        "lanes": {
            lane: {"steps": life.steps, "values": life.values, "gradients": all_finite(life.gradients)}
            for lane, life in lives.items()
        }
    }


def of_film(film: Film) -> dict[str, Any]:
    """The members of `film`."""
    return {
        "kept": film.kept,
        "steps": film.steps,
        "lanes": {id: {"steps": lane.steps, "weights": packed(lane.weights)} for id, lane in film.lanes.items()},
    }


def of_trace(trace: Trace, image: Array, label: int, phased: PhasedStep | None, lane: int) -> dict[str, Any]:
    """The members of `trace`; while a step is under way in phases, what there is by now and no more.

    Args:
        trace: of one image.
        image: ``[channel, row, col]``
        label: its class.
        phased: the step that is under way.
        lane: whose trace it is, by its place among the step's networks.
    """
    stages = phased.stages[: phased.done] if phased else None

    def maps(of: dict[str, Array], phase: str) -> dict[str, Any]:
        there = of if stages is None else {stage.layer for stage in stages if stage.phase == phase}
        return {layer: packed(array[0]) for layer, array in of.items() if layer in there}

    logits = list(trace.activations.values())[-1].reshape(1, -1).astype(np.float64)
    with np.errstate(all="ignore"):  # of a lane that has diverged they need not be finite
        loss, gradient = softmax_cross_entropy(logits, np.array([label]))
    gradient[0, label] += 1  # p − onehot(label)
    judged = stages is None or any(stage.phase == "loss" for stage in stages)
    return {
        "label": label,
        "pixels": packed(image),
        "forward": maps(trace.activations, "forward"),
        "loss": finite(loss.value) if judged else None,
        "probabilities": all_finite(gradient[0]) if judged else None,
        "backward": maps(trace.gradients, "backward"),
        "step_under_way": phased and _of_phased(phased, lane),
    }


def _of_phased(phased: PhasedStep, lane: int) -> dict[str, Any]:
    gradients = phased.gradient(lane)
    learned = {stage.layer for stage in phased.stages[: phased.done] if stage.phase == "backward"}
    return {
        "done": phased.done,
        "images": len(phased.labels),
        "batch_loss": finite(phased.losses[lane].value) if phased.losses else None,
        "gradients": {
            layer: packed(gradients[f"{layer}.weight"]) for layer in learned if f"{layer}.weight" in gradients
        },
    }
