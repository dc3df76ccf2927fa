"""Weight initialisation: random draws, reproducible from the generator."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from kernelscope.impossible import between
from kernelscope.nn.arrays import Array
from kernelscope.nn.inputs import require_number

MOST_STD = 1000


@dataclass(frozen=True)
class Gaussian:
    """Normal with mean 0 and a fixed standard deviation.

    "Small random values", as the textbooks say. From a start this small the kernels have to move visibly before they
    are of use.

    Raises:
        Impossible: `std` is no number, negative, or so large that the weights would overflow float32.
    """

    std: float = 0.05
    type: Literal["gaussian"] = "gaussian"

    def __post_init__(self) -> None:
        require_number("std", self.std)
        if not 0 <= self.std <= MOST_STD:
            raise between("std", 0, MOST_STD, self.std)

    def standard_deviation(self, fan_in: int) -> float:
        """`std`, for every fan-in."""
        return self.std


@dataclass(frozen=True)
class He:
    """Normal with mean 0 and variance 2 / fan-in (He et al. 2015, "Delving Deep into Rectifiers", eq. 10).

    It preserves the scale of activations through ReLU layers. From a start this wide the weights hardly have to move.
    """

    type: Literal["he"] = "he"

    def standard_deviation(self, fan_in: int) -> float:
        """√(2 / fan_in), where `fan_in` is the number of inputs that one output sums over."""
        return sqrt(2 / fan_in)


Initialisation = Gaussian | He


def initialise(weight: Array, initialisation: Initialisation, rng: np.random.Generator) -> None:
    """Fill `weight` ``[out, …]`` in place with random values.

    They are drawn in float64 whatever the dtype, so that a float32 and a float64 network start from the same numbers.
    """
    fan_in = weight[0].size
    weight[...] = rng.standard_normal(weight.shape) * initialisation.standard_deviation(fan_in)
