"""Learning-rate schedules: plain values that give, for each step, the factor that multiplies the learning rate."""

from dataclasses import dataclass
from math import cos, pi
from typing import Literal

from kernelscope.impossible import Impossible, at_least, between, number
from kernelscope.nn.inputs import require_number
from kernelscope.nn.shapes import is_whole


def _count(name: str, value: int, least: int) -> None:
    if not is_whole(value):
        raise Impossible("whole_number", f"{name}: expected a whole number, got {value!r}", field=name, got=repr(value))
    if value < least:
        raise at_least(name, least, value)


@dataclass(frozen=True)
class _Schedule:
    """A schedule that begins after `warm_up` steps of linear increase to the full rate (Goyal et al. 2017)."""

    warm_up: int = 0

    def __post_init__(self) -> None:
        _count("warm_up", self.warm_up, 0)

    def share(self, step: int) -> float:
        """The factor that multiplies the learning rate at `step`, counted from 1.

        Raises:
            Impossible: `step` is less than 1.
        """
        _count("step", step, 1)
        if step <= self.warm_up:
            return step / self.warm_up
        return self._after(step - self.warm_up)

    def _after(self, step: int) -> float:
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(_Schedule):
    """The full rate at every step."""

    type: Literal["constant"] = "constant"

    def _after(self, step: int) -> float:
        return 1.0


@dataclass(frozen=True)
class StepDecay(_Schedule):
    """Multiplication of the rate by `factor` after each `every` steps."""

    every: int = 1000
    factor: float = 0.1
    type: Literal["step"] = "step"

    def __post_init__(self) -> None:
        super().__post_init__()
        _count("every", self.every, 1)
        require_number("factor", self.factor)
        if not 0 < self.factor <= 1:
            message = f"factor: expected a number above 0 and at most 1, got {number(self.factor)}"
            raise Impossible("positive_share", message, field="factor", got=self.factor)

    def _after(self, step: int) -> float:
        return self.factor ** ((step - 1) // self.every)


@dataclass(frozen=True)
class Cosine(_Schedule):
    """Cosine annealing from the full rate to the share `final` of it within `steps` steps, constant afterwards.

    Loshchilov and Hutter 2017 (SGDR), equation 5, without restarts.
    """

    steps: int = 1000
    final: float = 0.0
    type: Literal["cosine"] = "cosine"

    def __post_init__(self) -> None:
        super().__post_init__()
        _count("steps", self.steps, 1)
        require_number("final", self.final)
        if not 0 <= self.final <= 1:
            raise between("final", 0, 1, self.final)

    def _after(self, step: int) -> float:
        passed = min(1.0, (step - 1) / self.steps)
        return self.final + (1 - self.final) * (1 + cos(pi * passed)) / 2


Schedule = Constant | StepDecay | Cosine
