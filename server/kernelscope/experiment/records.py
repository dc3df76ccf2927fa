"""What one step of all lanes measured."""

from collections.abc import Iterable, Mapping
from math import nan
from typing import NamedTuple, Self

from kernelscope.nn import Step


class StepRecord(NamedTuple):
    """What one step measured, a number a lane, on the batch and before the update. A stopped lane has not-a-numbers."""

    step: int
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    learning_rate: tuple[float, ...]
    gradient_norm: tuple[float, ...]
    """‖∂L/∂W‖ of all the lane's parameters together."""
    weight_norm: tuple[float, ...]
    """‖W‖ before the update."""
    update_norm: tuple[float, ...]
    """‖W_new − W_old‖"""

    @classmethod
    def of(cls, step: int, lanes: Iterable[str], made: Mapping[str, Step]) -> Self:
        """The record of a step by what each lane measured that made it, of all `lanes` by id."""
        measured = [[getattr(made[id], name) for name in MEASURES] if id in made else NOTHING for id in lanes]
        return cls(step, *zip(*measured, strict=True))


MEASURES = {name: "f8" if name == "learning_rate" else "f4" for name in StepRecord._fields[1:]}
"""What a step record has a number a lane of, and the type in which it is kept and sent."""
NOTHING = (nan,) * len(MEASURES)
