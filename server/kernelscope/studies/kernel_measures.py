"""Measures of filters, from their weights and from their responses: numbers that tell a detector from noise.

All of them are pure functions. What is not defined (of a filter without weights, or one that overflows) is NaN.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kernelscope.nn.arrays import Array, Labels

Numbers = NDArray[np.float64]

SMALLEST, LARGEST = 3, 16
"""The fewest and the most rows and columns of a kernel whose orientation is measured: of two, nearly any weights have
one, and `FREQUENCIES` tell no more apart."""
FREQUENCIES = 32
"""Along each axis, at which a kernel's Fourier energy is summed: so fine that a sum is as good as an integral."""
FLAT = 1e-10
"""The share of a filter's energy below which its variation over rows and columns is rounding, as is a strength."""
_OPPONENT = np.array([[1, -1, 0], [-1, -1, 2]]) / np.sqrt([[2], [6]])


class Oriented(NamedTuple):
    """The orientation of filters."""

    strength: Numbers
    """From 0, no direction preferred, to 1, a grating."""
    angle: Numbers
    """Of the edge or line that it responds to, in degrees from 0 up to 180: 0 is horizontal, 90 vertical, and 45 rises
    to the right."""


def can_be_oriented(rows: int, cols: int) -> bool:
    """Whether the orientation of kernels of this size is measured."""
    return min(rows, cols) >= SMALLEST and max(rows, cols) <= LARGEST


def oriented(weights: Array) -> Oriented:
    """Measure the orientation of filters ``[…, in, row, col]`` by their Fourier energy.

    With F(u, v) the spectrum of a kernel whose mean is taken away, and θ the direction of a frequency (u, v),

        z = Σ |F|²·exp(2iθ) / Σ |F|²

    over all channels and all frequencies up to half a cycle per pixel (so that none prefers a diagonal). The strength
    is |z| and the direction in which the kernel changes arg(z) / 2; edges lie across it. Angles are doubled because an
    orientation repeats after 180° (the structure tensor of Bigün and Granlund, "Optimal Orientation Detection of Linear
    Symmetry", ICCV 1987, has the same angle for one frequency; there |F|² is weighted by the square of the frequency,
    which favours noise).
    """
    rows, cols = weights.shape[-2:]
    if not can_be_oriented(rows, cols):
        return Oriented(*np.full((2, *weights.shape[:-3]), np.nan))
    flat = np.asarray(weights, np.float64).reshape(*weights.shape[:-2], rows * cols)
    with np.errstate(all="ignore"):
        energy = (flat**2).sum((-2, -1))
        flat = flat - flat.mean(-1, keepdims=True)
        varied = (flat**2).sum((-2, -1)) > FLAT * energy
        along, across, total = (((flat @ form) * flat).sum((-2, -1)) for form in _forms(rows, cols))
        z = np.where(varied, (along + 1j * across) / total, 0)
        preferred = ~(np.abs(z) <= FLAT)
        known = (energy > 0) & np.isfinite(energy)
        strength = np.where(known, np.where(preferred, np.abs(z), 0), np.nan)
        angle = np.where(preferred, (90 - np.degrees(np.angle(z)) / 2) % 180, np.nan)
    return Oriented(strength, angle)


@lru_cache
def _forms(rows: int, cols: int) -> tuple[Numbers, Numbers, Numbers]:
    """Matrices ``[row·col, row·col]`` of Σ |F|²·cos 2θ, Σ |F|²·sin 2θ and Σ |F|² as quadratic forms of a kernel."""
    places = np.indices((rows, cols)).reshape(2, -1)
    cycles = np.fft.fftfreq(FREQUENCIES)
    v, u = (part.ravel() for part in np.meshgrid(cycles, cycles, indexing="ij"))
    known = (np.hypot(u, v) > 0) & (np.hypot(u, v) <= 0.5)
    v, u = v[known], u[known]
    waves = np.exp(-2j * np.pi * (np.outer(v, places[0]) + np.outer(u, places[1])))
    theta = np.arctan2(v, u)
    along, across, total = (
        (waves.conj().T @ (weight[:, None] * waves)).real
        for weight in (np.cos(2 * theta), np.sin(2 * theta), np.ones_like(theta))
    )
    return along, across, total


def smoothness(weights: Array) -> Numbers:
    """Measure how alike neighbouring weights of filters ``[…, in, row, col]`` are, from −1 to 1.

    Over all pairs (a, b) of neighbours in a row or a column of a channel,

        Σ 2ab / Σ (a² + b²) = 1 − Σ (a − b)² / Σ (a² + b²)

    It is 1 for a constant, −1 for a checkerboard, and 0 on average for independent weights around 0. (1 less half the
    ratio of J. von Neumann, "Distribution of the Ratio of the Mean Square Successive Difference to the Variance", 1941,
    in two dimensions and about 0.)
    """
    w = np.asarray(weights, np.float64)
    pairs = ((w[..., 1:], w[..., :-1]), (w[..., 1:, :], w[..., :-1, :]))
    axes = (-3, -2, -1)
    with np.errstate(all="ignore"):
        product = sum((2 * a * b).sum(axes) for a, b in pairs)
        found: Numbers = product / sum((a**2 + b**2).sum(axes) for a, b in pairs)
    return found


def opponency(weights: Array) -> Numbers:
    """Measure the share of the energy of filters ``[…, 3, row, col]`` in differences between red, green and blue.

    The axes are (R − G) / √2 and (2B − R − G) / √6, and the third, (R + G + B) / √3, is brightness: the opponent colour
    space of K. van de Sande, T. Gevers and C. Snoek, "Evaluating Color Descriptors for Object and Scene Recognition",
    2010. It is 0 for a grey filter, 1 for one that does not see brightness, and 2/3 on average for independent weights.
    """
    w = np.asarray(weights, np.float64)
    with np.errstate(all="ignore"):
        differences = np.einsum("dc,...crk->...drk", _OPPONENT, w)
        found: Numbers = (differences**2).sum((-3, -2, -1)) / (w**2).sum((-3, -2, -1))
    return found


def sparsity(responses: Array) -> Numbers:
    """Measure how few of the images drive filters, from responses ``[out, image]`` that are not negative.

        a = (Σ r / n)² / (Σ r² / n),    S = (1 − a) / (1 − 1/n)

    a is that of E. Rolls and M. Tovee, "Sparseness of the Neuronal Representation of Stimuli in the Primate Temporal
    Visual Cortex", 1995 (after Treves and Rolls, 1991); S, its form from 0 (all images alike) to 1 (a single image), of
    W. Vinje and J. Gallant, "Sparse Coding and Decorrelation in Primary Visual Cortex During Natural Vision", 2000. It
    is NaN for a filter that responds to none.
    """
    r = np.asarray(responses, np.float64)
    n = r.shape[1]
    with np.errstate(all="ignore"):
        found: Numbers = (1 - r.mean(1) ** 2 / (r**2).mean(1)) / np.float64(1 - 1 / n)
    return found


def class_means(responses: Array, labels: Labels, classes: int) -> Numbers:
    """The mean response ``[out, class]`` to the images of each class, from responses ``[out, image]``.

    It is NaN for a class without images.
    """
    member = labels[:, None] == np.arange(classes)
    with np.errstate(all="ignore"):
        found: Numbers = np.asarray(responses, np.float64) @ member / member.sum(0)
    return found


def selectivity(means: Numbers) -> Numbers:
    """Measure how far one class stands out, from mean responses ``[…, class]`` that are not negative; from 0 to 1.

        (μ_max − μ_−max) / (μ_max + μ_−max)

    with μ_max the largest mean and μ_−max the mean of those of all other classes (A. Morcos, D. Barrett, N. Rabinowitz
    and M. Botvinick, "On the Importance of Single Directions for Generalization", ICLR 2018). It is 0 for a filter that
    responds to no image.
    """
    with np.errstate(all="ignore"):
        known = np.isfinite(means)
        values = np.where(known, means, 0)
        largest = values.max(-1)
        others = (values.sum(-1) - largest) / (known.sum(-1) - 1)
        found: Numbers = np.where(largest > 0, (largest - others) / (largest + others), 0)
    return np.where(known.any(-1), found, np.nan)
