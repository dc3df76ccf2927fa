"""Kernels and weights, and their JSON form."""

import pytest
from kernelscope.experiment.place import Kernel, Weight
from kernelscope.impossible import Impossible
from pydantic import TypeAdapter, ValidationError

WEIGHT = Weight("conv1", 3, 0, 2, 4)
MEMBERS = {"layer": "conv1", "out": 3, "in": 0, "row": 2, "col": 4}
SHAPES = {"conv1": (4, 1, 3, 5), "dense": (10, 2, 1, 1)}


def test_their_form_in_json() -> None:
    assert WEIGHT.members == MEMBERS
    assert WEIGHT.kernel.members == {"layer": "conv1", "out": 3, "in": 0}
    assert TypeAdapter(Weight).validate_python(MEMBERS) == WEIGHT
    assert TypeAdapter(Kernel).validate_python(WEIGHT.kernel.members) == WEIGHT.kernel


@pytest.mark.parametrize(
    "wrong", [{"channel": 0}, {"in": -1}, {"row": "two"}, {"layer": "a" * 65}, {"lane": "A"}, {"out": 1.5}]
)
def test_what_is_no_weight(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Weight).validate_python(MEMBERS | wrong)


def test_whether_it_is_there() -> None:
    assert WEIGHT.require(SHAPES) is WEIGHT
    assert WEIGHT.kernel.require(SHAPES) == WEIGHT.kernel
    for place, code in (
        (Weight("conv1", 4, 0, 0, 0), "no_weight"),
        (Weight("conv1", 0, 0, 0, 5), "no_weight"),
        (Weight("conv1", 0, 0, -1, 0), "no_weight"),
        (Weight("relu1", 0, 0, 0, 0), "unknown"),
        (Kernel("conv1", 0, 1), "no_kernel"),
        (Kernel("dense", 10, 0), "no_kernel"),
        (Kernel("relu1", 0, 0), "unknown"),
    ):
        with pytest.raises(Impossible) as refused:
            place.require(SHAPES)
        assert refused.value.code == code
