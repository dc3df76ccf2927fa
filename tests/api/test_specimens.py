"""Training images before and after what is done to them, as the dialog of data and network shows them."""

from base64 import b64decode
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.studies.payload import as_bytes


def bytes_of(packed: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(b64decode(packed["data"]), np.uint8).reshape(packed["shape"])


def test_they_are_those_that_are_trained_on(client: httpx.Client, digits: Dataset) -> None:
    """A whole epoch in one batch has the variant that is shown of each."""
    query = {"prep": "standard", "augment": "shift2,flip,crop0.3", "seed": "5"}
    told = client.get("/api/specimens", params=query).raise_for_status().json()
    pixels, seen = bytes_of(told["pixels"]), bytes_of(told["seen"])
    assert told["labels"] == list(range(len(pixels)))
    assert seen.shape == (3, *pixels.shape)
    places = [int(np.flatnonzero(digits.train_labels == label)[0]) for label in told["labels"]]
    assert np.array_equal(as_bytes(digits.train_images[places]), pixels)
    augmentation = {"shift": 2, "flip": True, "crop": 0.3}
    config = ExperimentConfig(preparation="standard", augmentation=augmentation, seed=5)
    trained = Experiment(config, digits, threads=1).seen.train_images
    for epoch, shown in enumerate(seen):
        expected = trained.in_epoch(np.array(places), epoch)
        limits = np.abs(expected).max((1, 2, 3), keepdims=True)
        assert np.abs(shown / 255 - (0.5 + 0.5 * expected / limits)).max() <= 0.51 / 255


@pytest.mark.parametrize(("query", "epochs"), [({}, 0), ({"prep": "local"}, 1), ({"augment": "flip"}, 3)])
def test_what_nothing_is_done_to_is_shown_once(client: httpx.Client, query: dict[str, str], epochs: int) -> None:
    told = client.get("/api/specimens", params=query).raise_for_status().json()
    assert told["pixels"]["shape"] == [6, 1, 28, 28]
    assert told["seen"]["shape"] == [epochs, 6, 1, 28, 28]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"data": "cats"}, "data"), ({"augment": "shift99"}, "augment"), ({"augment": "crop1e999"}, "augment")],
)
def test_a_query_that_describes_nothing_is_refused(client: httpx.Client, query: dict[str, str], field: str) -> None:
    answer = client.get("/api/specimens", params=query)
    assert (answer.status_code, answer.json()["detail"][0]["field"]) == (422, field)
