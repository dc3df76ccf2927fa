"""Optimizers: from a gradient to the update that is added to the parameters.

Settings (`SGD`, `Adam`, `AdamW`) are plain values that can be compared and serialised; ``.begin(size, dtype)`` creates
the stateful half. The learning rate is an argument of every update, so that it can change at any step.
"""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Literal, Protocol

import numpy as np

from kernelscope.impossible import Impossible, above, number
from kernelscope.nn.arrays import Array
from kernelscope.nn.inputs import require_not_negative, require_number


class Updater(Protocol):
    """An optimizer with the state that it carries from step to step."""

    def update(self, params: Array, gradient: Array, learning_rate: float) -> Array:
        """Compute the update to add to the flat `params` for this flat `gradient`; neither is changed.

        The returned array is overwritten by the next call.
        """
        ...

    def state(self) -> dict[str, Any]:
        """Return the state: numbers, and copies of arrays."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from the `state` of an updater with the same settings and size."""
        ...


def _share(name: str, value: float) -> None:
    require_number(name, value)
    if not 0 <= value < 1:
        message = f"{name}: expected a number from 0 up to, not including, 1, got {number(value)}"
        raise Impossible("share", message, field=name, got=value)


@dataclass(frozen=True)
class SGD:
    """Gradient descent: W ← W − lr·v, with v ← momentum·v + g and g = ∂L/∂W + weight_decay·W; v = g at first.

    Without momentum and weight decay this is W ← W − lr·∂L/∂W. The form is PyTorch's (Sutskever et al. 2013 put the
    rate inside v; the two differ when the rate changes).

    With `nesterov`, W ← W − lr·(g + momentum·v): Nesterov's accelerated gradient (1983), where W is the look-ahead
    point, as reformulated by Bengio, Boulanger-Lewandowski and Pascanu (2013).
    """

    momentum: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    type: Literal["sgd"] = "sgd"

    def __post_init__(self) -> None:
        _share("momentum", self.momentum)
        require_not_negative("weight_decay", self.weight_decay)
        if self.nesterov and not self.momentum:
            message = f"nesterov: expected a momentum above 0 to go with it, got {number(self.momentum)}"
            raise Impossible("nesterov", message, field="nesterov", got=self.momentum)

    def begin(self, size: int, dtype: np.dtype[Any]) -> Updater:
        """An updater for `size` parameters."""
        return _SGDUpdater(self, size, dtype)


class _SGDUpdater:
    def __init__(self, settings: SGD, size: int, dtype: np.dtype[Any]) -> None:
        self.settings = settings
        self.velocity = np.zeros(size, dtype) if settings.momentum else None
        self.decay = np.empty(size, dtype) if settings.weight_decay else None
        self.out = np.empty(size, dtype)

    def update(self, params: Array, gradient: Array, learning_rate: float) -> Array:
        momentum = self.settings.momentum
        if self.decay is not None:
            gradient = _with_decay(gradient, params, self.settings.weight_decay, out=self.decay)
        direction = gradient
        if self.velocity is not None:
            # Since v starts at zero, the first step gives v = g, as defined.
            self.velocity *= momentum
            self.velocity += gradient
            direction = self.velocity
            if self.settings.nesterov:
                direction = np.multiply(self.velocity, momentum, out=self.out)
                direction += gradient
        return np.multiply(direction, -learning_rate, out=self.out)

    def state(self) -> dict[str, Any]:
        return {} if self.velocity is None else {"velocity": self.velocity.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        if self.velocity is not None:
            self.velocity[...] = state["velocity"]


def _with_decay(gradient: Array, params: Array, weight_decay: float, out: Array) -> Array:
    """Write the gradient of L + ½·weight_decay·‖W‖² to `out`."""
    np.multiply(params, weight_decay, out=out)
    out += gradient
    return out


@dataclass(frozen=True)
class _AdamSettings:
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _share("beta1", self.beta1)
        _share("beta2", self.beta2)
        require_number("epsilon", self.epsilon)
        if not (isfinite(self.epsilon) and self.epsilon > 0):  # at 0 a weight without gradient would be 0 / 0
            raise above("epsilon", 0, self.epsilon)
        require_not_negative("weight_decay", self.weight_decay)


@dataclass(frozen=True)
class Adam(_AdamSettings):
    """Adam (Kingma and Ba 2015, algorithm 1): W ← W − lr·m̂ / (√v̂ + epsilon).

    m and v are exponential moving averages of g and g², and the hat corrects their bias towards zero:
    m ← beta1·m + (1 − beta1)·g, m̂ = m / (1 − beta1ᵗ) at step t; v and v̂ likewise with beta2 and g². The decay is part
    of the gradient, and so scaled along with it: g = ∂L/∂W + weight_decay·W.
    """

    type: Literal["adam"] = "adam"

    def begin(self, size: int, dtype: np.dtype[Any]) -> Updater:
        """An updater for `size` parameters."""
        return _AdamUpdater(self, size, dtype, decoupled=False)


@dataclass(frozen=True)
class AdamW(_AdamSettings):
    """Adam with decoupled decay: W ← W − lr·(m̂ / (√v̂ + epsilon) + weight_decay·W), where g = ∂L/∂W alone.

    So all weights decay by the same share, however large their gradients (Loshchilov and Hutter 2019, algorithm 2).
    The learning rate scales the decay too, as in PyTorch; in the paper only the schedule η, common to both terms, does.
    """

    weight_decay: float = 0.01
    type: Literal["adamw"] = "adamw"

    def begin(self, size: int, dtype: np.dtype[Any]) -> Updater:
        """An updater for `size` parameters."""
        return _AdamUpdater(self, size, dtype, decoupled=True)


class _AdamUpdater:
    def __init__(self, settings: _AdamSettings, size: int, dtype: np.dtype[Any], *, decoupled: bool) -> None:
        self.settings = settings
        self.decoupled = decoupled
        self.steps = 0
        self.mean = np.zeros(size, dtype)
        self.square = np.zeros(size, dtype)
        self.decay = np.empty(size, dtype) if settings.weight_decay else None
        self.out = np.empty(size, dtype)

    def update(self, params: Array, gradient: Array, learning_rate: float) -> Array:
        beta1, beta2, weight_decay = self.settings.beta1, self.settings.beta2, self.settings.weight_decay
        out = self.out
        if self.decay is not None and not self.decoupled:
            gradient = _with_decay(gradient, params, weight_decay, out=self.decay)
        self.steps += 1

        # m + (1 − beta)·(g − m) equals beta·m + (1 − beta)·g, and needs only one scratch array.
        np.subtract(gradient, self.mean, out=out)
        out *= 1 - beta1
        self.mean += out
        np.multiply(gradient, gradient, out=out)
        out -= self.square
        out *= 1 - beta2
        self.square += out

        np.sqrt(self.square, out=out)
        out /= sqrt(1 - beta2**self.steps)
        out += self.settings.epsilon
        np.divide(self.mean, out, out=out)
        out *= -learning_rate / (1 - beta1**self.steps)
        if self.decay is not None and self.decoupled:
            out += np.multiply(params, -learning_rate * weight_decay, out=self.decay)
        return out

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps, "mean": self.mean.copy(), "square": self.square.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]
        self.mean[...] = state["mean"]
        self.square[...] = state["square"]


Optimizer = SGD | Adam | AdamW
