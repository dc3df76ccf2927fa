"""Where the numbers of a kernel begin: random, small, and the same for the same generator."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from kernelscope.impossible import between
from kernelscope.nn.arrays import Array

MOST_STD = 1000


@dataclass(frozen=True)
class Gaussian:
    """Normal with mean 0 and a fixed standard deviation.

    "Small random values", as the textbooks say. From a start this small the kernels have to move to be of use, and
    they can be seen to.

    Raises:
        Impossible: `std` is negative, or so large that float32 would not hold the weights.
    """

    std: float = 0.05
    type: Literal["gaussian"] = "gaussian"

    def __post_init__(self) -> None:
        if not 0 <= self.std <= MOST_STD:
            raise between("std", 0, MOST_STD, self.std)

    def standard_deviation(self, fan_in: int) -> float:
        """The same for every layer."""
        return self.std


@dataclass(frozen=True)
class He:
    """Normal with mean 0 and variance 2 / fan-in (He et al. 2015, "Delving Deep into Rectifiers", eq. 10).

    It keeps the scale of activations through ReLU layers. A start this wide hardly has to move to be of use.
    """

    type: Literal["he"] = "he"

    def standard_deviation(self, fan_in: int) -> float:
        """`fan_in` is the number of inputs that one output sums over."""
        return sqrt(2 / fan_in)


Initialisation = Gaussian | He


def initialise(weight: Array, initialisation: Initialisation, rng: np.random.Generator) -> None:
    """Fill `weight` (``[out, ...]``) in place.

    The draw is in float64 whatever the dtype, so that a float32 and a float64 network start from the same numbers.
    """
    fan_in = weight[0].size
    weight[...] = rng.standard_normal(weight.shape) * initialisation.standard_deviation(fan_in)
