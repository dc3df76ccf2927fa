"""Error messages write numbers as people do."""

import pytest
from kernelscope.impossible import above, at_least, between, number
from kernelscope.nn import SGD, StepDecay


def test_numbers_are_written_without_the_noise_of_float64() -> None:
    assert [number(value) for value in (0.1 + 0.2, 0.1 * 0.1 * 0.1, 1.0, -3, "0x0", 1e-7)] == [
        "0.3", "0.001", "1", "-3", "0x0", "1e-07",
    ]  # fmt: skip
    refusals = [at_least("rate", 0.0, -0.1 - 0.2), between("final", 0, 1, 1.1 * 3), above("std", 0, -0.1 * 3)]
    assert [str(refusal).partition("got ")[2] for refusal in refusals] == ["-0.3", "3.3", "-0.3"]


def test_also_what_optimizers_and_schedules_refuse() -> None:
    with pytest.raises(ValueError, match=r"got 1\.1$"):
        SGD(momentum=1.1)
    with pytest.raises(ValueError, match=r"at most 1, got 3\.3$"):
        StepDecay(factor=1.1 * 3)
