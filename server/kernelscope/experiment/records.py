"""The measurements of one step of all lanes."""

from collections.abc import Iterable, Mapping
from math import nan
from typing import NamedTuple, Self

from kernelscope.nn import Step


class StepRecord(NamedTuple):
    """The measurements of one step, one number per lane, on its batch before the update; NaN for a stopped lane."""

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
        """Combine the steps of those lanes that `made` one, by id, to a record of all `lanes`."""
        measured = [[getattr(made[id], name) for name in MEASURES] if id in made else NOTHING for id in lanes]
        return cls(step, *zip(*measured, strict=True))


MEASURES = {name: "f8" if name == "learning_rate" else "f4" for name in StepRecord._fields[1:]}
"""The quantities of a step record, and the dtypes in which they are stored and sent."""
NOTHING = (nan,) * len(MEASURES)
