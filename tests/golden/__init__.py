"""Frames that Python and JavaScript must read alike, byte for byte. ``python -m tests.golden`` writes them anew."""

from pathlib import Path
from typing import Any

import numpy as np

from server.stream.wire import Kind, Tensor

FOLDER = Path(__file__).parent


def frames() -> dict[str, tuple[Kind, dict[str, Any], dict[str, Tensor]]]:
    """Every golden frame by its file's name: kind, directory, tensors."""
    # Every number differs from every other, so that no slip of an axis goes unseen.
    weight = np.arange(2 * 2 * 1 * 2 * 3, dtype="f4").reshape(2, 2, 1, 2, 3) / 8 - 1
    nothing = np.empty((0, 2), "f4")
    return {
        "scalars-empty": (
            Kind.SCALARS,
            {"run": 1, "first_step": 1, "last_step": 0},
            {
                "loss": nothing,
                "accuracy": nothing,
                "learning_rate": nothing.astype("f8"),
                "test.step": np.empty(0, "i4"),
                "test.loss": nothing,
                "test.accuracy": nothing,
            },
        ),
        "scalars": (
            Kind.SCALARS,
            {"run": 3, "first_step": 99, "last_step": 101},
            {
                "loss": np.array([[2.5, 2.25], [2.125, np.inf], [2.0, np.nan]], "f4"),
                "accuracy": np.array([[0.125, 0.25], [0.375, 0.5], [0.625, np.nan]], "f4"),
                "learning_rate": np.array([[0.003, 1.0], [0.003, 1.0], [0.1, 1.0]], "f8"),
                "test.step": np.array([0], "i4"),
                "test.loss": np.array([[2.3125, 2.34375]], "f4"),
                "test.accuracy": np.array([[0.0625, 0.09375]], "f4"),
            },
        ),
        "snapshot": (
            Kind.SNAPSHOT,
            {
                "run": 3,
                "frame": 17,
                "step": 101,
                "images_seen": 6464,
                "steps_per_second": 41.5,
                "lane_steps": [101, 99],
            },
            {
                "params/conv1.weight": weight,
                "params/conv1.bias": np.array([[0.5, -0.5], [0.25, -0.25]], "f4"),
                "grads/conv1.weight": -weight / 16,
                "grads/conv1.bias": np.array([[1e-8, -1e-8], [np.nan, -np.inf]], "f4"),
            },
        ),
        "snapshot-untrained": (
            Kind.SNAPSHOT,
            {"run": 1, "frame": 1, "step": 0, "images_seen": 0, "steps_per_second": None, "lane_steps": [0, 0]},
            {"params/conv1.weight": weight, "params/conv1.bias": np.zeros((2, 2), "f4")},
        ),
    }


def readable(directory: dict[str, Any], tensors: dict[str, Tensor]) -> dict[str, Any]:
    """A frame as JSON can hold it: numbers that JSON lacks are strings."""
    return {
        "directory": directory,
        "tensors": {
            name: {
                "dtype": tensor.dtype.str[1:],
                "shape": list(tensor.shape),
                "values": [
                    value if np.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
                    for value in tensor.ravel().tolist()
                ],
            }
            for name, tensor in tensors.items()
        },
    }
