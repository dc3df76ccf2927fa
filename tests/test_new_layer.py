"""A layer type that no module of the program knows: it is in the list, and that is all."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """By a process of its own: the list is read when configurations are defined."""
    command = [sys.executable, "-m", "tests.average_pool"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def test_its_address_is_written_and_read(told: dict[str, Any]) -> None:
    assert "net=conv4x3,relu,mean2x3:name=smooth,mean2,dense10" in told["address"]


def test_it_is_trained(told: dict[str, Any]) -> None:
    first, last = told["losses"][:10], told["losses"][-10:]
    assert sum(last) < 0.9 * sum(first)
    for slope, gradient in told["slopes"]:
        assert slope == pytest.approx(gradient, rel=1e-5, abs=1e-9)


def test_the_page_is_told_of_it(told: dict[str, Any]) -> None:
    [_, _, smooth, second, _] = told["layers"]
    assert (smooth["name"], smooth["type"], smooth["output_shape"]) == ("smooth", "mean", [4, 13, 8])
    assert (second["name"], second["output_shape"], second["kernel_shape"]) == ("mean2", [4, 6, 4], None)
    assert told["type"] == {
        "type": "mean",
        "numbered_alone": True,
        "fields": [{"name": "size", "kind": "pair"}],
        "example": {"name": "mean", "size": [2, 2], "type": "mean"},
    }
