"""From a gradient to an update: what is added to the weights.

Settings (`SGD`, `Adam`) are plain values that can be compared and sent; ``.begin(size, dtype)`` makes the stateful
half. The learning rate is an argument of every update, so that it can change at any step.
"""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Literal, Protocol

import numpy as np

from server.nn.arrays import Array


class Updater(Protocol):
    """An optimizer in use: it keeps whatever it must remember from step to step."""

    def update(self, params: Array, gradient: Array, learning_rate: float) -> Array:
        """What is to be added to the flat `params` for this flat `gradient`; neither is changed.

        The returned array is written over by the next call.
        """
        ...


def _share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name}: expected a number from 0 up to, not including, 1, got {value}")


def _not_negative(name: str, value: float) -> None:
    if not (isfinite(value) and value >= 0):
        raise ValueError(f"{name}: expected a finite number of at least 0, got {value}")


@dataclass(frozen=True)
class SGD:
    """Gradient descent: W ← W − lr·v, with v ← momentum·v + (∂L/∂W + weight_decay·W), v = the bracket at first.

    Without momentum and weight decay this is W ← W − lr·∂L/∂W. The form is PyTorch's (Sutskever et al. 2013 put the
    rate inside v; the two differ when the rate changes).
    """

    momentum: float = 0.0
    weight_decay: float = 0.0
    type: Literal["sgd"] = "sgd"

    def __post_init__(self) -> None:
        _share("momentum", self.momentum)
        _not_negative("weight_decay", self.weight_decay)

    def begin(self, size: int, dtype: np.dtype[Any]) -> Updater:
        """An updater for `size` parameters."""
        return _SGDUpdater(self, size, dtype)


class _SGDUpdater:
    def __init__(self, settings: SGD, size: int, dtype: np.dtype[Any]) -> None:
        self.settings = settings
        self.velocity = np.zeros(size, dtype) if settings.momentum else None
        self.out = np.empty(size, dtype)

    def update(self, params: Array, gradient: Array, learning_rate: float) -> Array:
        if self.settings.weight_decay:
            gradient = gradient + self.settings.weight_decay * params
        if self.velocity is not None:
            # From zero, momentum·v + g is g at the first step, as the definition has it.
            self.velocity *= self.settings.momentum
            self.velocity += gradient
            gradient = self.velocity
        return np.multiply(gradient, -learning_rate, out=self.out)


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1); `weight_decay` is added to the gradient as in the original."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    type: Literal["adam"] = "adam"

    def __post_init__(self) -> None:
        _share("beta1", self.beta1)
        _share("beta2", self.beta2)
        if not (isfinite(self.epsilon) and self.epsilon > 0):  # at 0 a weight without gradient would be 0 / 0
            raise ValueError(f"epsilon: expected a finite number above 0, got {self.epsilon}")
        _not_negative("weight_decay", self.weight_decay)

    def begin(self, size: int, dtype: np.dtype[Any]) -> Updater:
        """An updater for `size` parameters."""
        return _AdamUpdater(self, size, dtype)


class _AdamUpdater:
    def __init__(self, settings: Adam, size: int, dtype: np.dtype[Any]) -> None:
        self.settings = settings
        self.steps = 0
        self.mean = np.zeros(size, dtype)
        self.square = np.zeros(size, dtype)
        self.out = np.empty(size, dtype)

    def update(self, params: Array, gradient: Array, learning_rate: float) -> Array:
        beta1, beta2 = self.settings.beta1, self.settings.beta2
        if self.settings.weight_decay:
            gradient = gradient + self.settings.weight_decay * params
        self.steps += 1
        self.mean += (1 - beta1) * (gradient - self.mean)
        self.square += (1 - beta2) * (gradient * gradient - self.square)
        np.sqrt(self.square, out=self.out)
        self.out /= sqrt(1 - beta2**self.steps)
        self.out += self.settings.epsilon
        np.divide(self.mean, self.out, out=self.out)
        self.out *= -learning_rate / (1 - beta1**self.steps)
        return self.out


Optimizer = SGD | Adam
