"""Messages that Python and JavaScript must read alike, byte for byte. ``python -m tests.golden`` writes them anew."""

from pathlib import Path
from typing import Any

import numpy as np
from kernelscope.stream.wire import Frame, Kind, Tensor, encode
from kernelscope.studies.kernel_measures import oriented

FOLDER = Path(__file__).parent

# Every number differs from every other, so that no slip of an axis goes unseen.
WEIGHT = np.arange(2 * 2 * 1 * 2 * 3, dtype="f4").reshape(2, 2, 1, 2, 3) / 8 - 1
LEVELS = np.arange(2 * 2 * 1 * 2 * 3, dtype="i1").reshape(2, 2, 1, 2, 3)
NOTHING = np.empty((0, 2), "f4")
LIMITS = {
    "params/conv1.weight": {"limit": 2.0, "set_at": 0},
    "grads/conv1.weight": {"limit": 0.12, "set_at": 96},
    "moved/conv1.weight": {"limit": 2.5, "set_at": 97},
    "before/conv1.weight": {"limit": 3.5, "set_at": 98},
}

SCALARS_EMPTY = Frame(
    Kind.SCALARS,
    {"run": 1, "first_step": 1, "last_step": 0, "stretch": 1, "tests": 0, "observations": 0},
    {
        "step": np.empty(0, "i4"),
        "loss": NOTHING,
        "accuracy": NOTHING,
        "learning_rate": NOTHING.astype("f8"),
        "gradient_norm": NOTHING,
        "weight_norm": NOTHING,
        "update_norm": NOTHING,
        "seconds": np.empty(0, "f8"),
        "test.step": np.empty(0, "i4"),
        "test.loss": NOTHING,
        "test.accuracy": NOTHING,
        "observed.step": np.empty(0, "i4"),
        "observed.ratio": NOTHING,
        "observed.norm": np.empty((0, 2, 2), "f4"),
    },
)
SCALARS = Frame(
    Kind.SCALARS,
    {"run": 3, "first_step": 99, "last_step": 101, "stretch": 1, "tests": 1, "observations": 2},
    {
        "step": np.array([99, 100, 101], "i4"),
        "loss": np.array([[2.5, 2.25], [2.125, np.inf], [2.0, np.nan]], "f4"),
        "accuracy": np.array([[0.125, 0.25], [0.375, 0.5], [0.625, np.nan]], "f4"),
        "learning_rate": np.array([[0.003, 1.0], [0.003, 1.0], [0.1, 1.0]], "f8"),
        "gradient_norm": np.array([[1.5, 3.5], [1.25, 3.25], [1.125, np.nan]], "f4"),
        "weight_norm": np.array([[11.0, 12.0], [11.5, 12.5], [11.25, np.nan]], "f4"),
        "update_norm": np.array([[0.015625, 0.03125], [0.0078125, 0.046875], [0.0234375, np.nan]], "f4"),
        "seconds": np.array([2.1, 2.2, 2.3], "f8"),
        "test.step": np.array([0], "i4"),
        "test.loss": np.array([[2.3125, 2.34375]], "f4"),
        "test.accuracy": np.array([[0.0625, 0.09375]], "f4"),
        "observed.step": np.array([80, 100], "i4"),
        "observed.ratio": np.array([[0.75, np.inf], [0.875, np.nan]], "f4"),
        "observed.norm": np.array([[[1.75, 1.875], [3.75, 3.875]], [[4.75, 4.875], [5.75, 5.875]]], "f4"),
    },
)
THINNED = Frame(
    Kind.SCALARS,
    {"run": 3, "first_step": 1, "last_step": 98, "stretch": 50, "tests": 0, "observations": 0},
    {
        "step": np.array([1, 17, 42, 98], "i4"),
        "loss": np.array([[2.75, 2.625], [8.5, 2.375], [2.4375, 9.5], [2.5625, 2.6875]], "f4"),
        "accuracy": np.array([[0.1875, 0.3125], [0.4375, 0.5625], [0.6875, 0.8125], [0.9375, 0.0]], "f4"),
        "learning_rate": np.array([[0.003, 1.0], [0.003, 1.0], [0.003, 1.0], [0.003, 1.0]], "f8"),
        "gradient_norm": np.array([[6.5, 7.5], [6.25, 7.25], [6.125, 7.125], [6.0, 7.0]], "f4"),
        "weight_norm": np.array([[13.0, 14.0], [13.5, 14.5], [13.25, 14.25], [13.75, 14.75]], "f4"),
        "update_norm": np.array([[0.5, 0.25], [0.625, 0.375], [0.75, 0.125], [0.875, 0.1875]], "f4"),
        "seconds": np.array([0.1, 0.4, 1.1, 2.0], "f8"),
    },
)
EXACT = Frame(
    Kind.SNAPSHOT,
    {
        "run": 3,
        "step": 101,
        "images_seen": 6464,
        "steps_per_second": 41.5,
        "lane_steps": [101, 99],
        "time": 1795410000123.5,
        "active_step": 100,
        "limits": LIMITS,
    },
    {
        "params/conv1.weight": WEIGHT,
        "params/conv1.bias": np.array([[0.5, -0.5], [0.25, -0.25]], "f4"),
        "grads/conv1.weight": -WEIGHT / 16,
        "grads/conv1.bias": np.array([[1e-8, -1e-8], [np.nan, -np.inf]], "f4"),
        "moved/conv1.weight": WEIGHT / 4 + 1,
        "before/conv1.weight": WEIGHT / 2 - 3,
        "norms/conv1": np.array([[2.75, 3.0], [3.125, 3.5]], "f4"),
        "ratios/conv1": np.array([[0.01, 0.02], [0.03, np.inf]], "f4"),
        "active/conv1": np.array([[0, 1], [99, 100]], "i1"),
    },
)
GRADIENT_LEVELS = 1 - LEVELS
GRADIENT_LEVELS.flat[:4] = -128, -127, 127, 126
IN_LEVELS = Frame(
    Kind.SNAPSHOT,
    EXACT.directory,
    {
        **EXACT.tensors,
        "params/conv1.weight": LEVELS,
        "grads/conv1.weight": GRADIENT_LEVELS,
        "moved/conv1.weight": 2 - LEVELS,
        "before/conv1.weight": 1 - LEVELS,
    },
)
KERNEL = Frame(
    Kind.KERNEL,
    {"run": 3, "step": 101, "lane_steps": [101, 99], "layer": "conv1", "out": 1, "in": 0},
    {
        "weight": WEIGHT[:, 1, 0],
        "gradient": -WEIGHT[:, 1, 0] / 16,
        "update": WEIGHT[:, 1, 0] / 32,
        "before": WEIGHT[:, 1, 0] / 8,
    },
)
UNTRAINED = Frame(
    Kind.SNAPSHOT,
    {
        "run": 1,
        "step": 0,
        "images_seen": 0,
        "steps_per_second": None,
        "lane_steps": [0, 0],
        "time": 1795410000000.25,
        "active_step": None,
        "limits": {"params/conv1.weight": {"limit": 2.0, "set_at": 0}},
    },
    {"params/conv1.weight": WEIGHT, "params/conv1.bias": np.zeros((2, 2), "f4")},
)
ROW, COL = np.indices((5, 5), "f4") - 2
# Filters whose edges lie at 0°, 90°, 45° and 135°, one without orientation and one without weights.
PLANTED = np.stack([ROW, COL, ROW + COL, ROW - COL, (ROW + COL) % 2 - 0.5, 0 * ROW]).astype("f4")[None, :, None]
ORIENTED = Frame(
    Kind.SNAPSHOT,
    {**UNTRAINED.directory, "lane_steps": [0]},
    {
        "params/conv1.weight": PLANTED,
        "params/conv1.bias": np.zeros((1, 6), "f4"),
        # Rounded, so that it is the same on every processor.
        "oriented/conv1": (np.stack(oriented(PLANTED), -1).round(3) % 180).astype("f4"),
    },
)

MESSAGES = {
    "scalars": [SCALARS],
    "scalars-empty": [SCALARS_EMPTY],
    "exact": [SCALARS, EXACT],
    "running": [SCALARS, KERNEL, IN_LEVELS],
    "late": [THINNED, SCALARS, IN_LEVELS],
    "untrained": [SCALARS_EMPTY, UNTRAINED],
    "oriented": [ORIENTED],
}
"""Every golden message by its file's name."""


def encoded(message: list[Frame]) -> bytes:
    """A message as bytes."""
    return b"".join(encode(frame.kind, frame.directory, frame.tensors) for frame in message)


def readable(message: list[Frame]) -> list[dict[str, Any]]:
    """A message as JSON can hold it: numbers that JSON lacks are strings."""
    return [
        {"kind": int(frame.kind), "directory": frame.directory, "tensors": _tensors(frame.tensors)} for frame in message
    ]


def _tensors(tensors: dict[str, Tensor]) -> dict[str, Any]:
    return {
        name: {
            "dtype": tensor.dtype.str[1:],
            "shape": list(tensor.shape),
            "values": [
                value if np.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
                for value in tensor.ravel().tolist()
            ],
        }
        for name, tensor in tensors.items()
    }
