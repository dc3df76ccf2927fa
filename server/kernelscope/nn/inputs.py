"""Validation of whatever callers hand to a network.

Unchecked, one channel would broadcast to three, label −1 would mean the last class, and excess columns would be
dropped, all silently.
"""

from collections.abc import Iterable
from math import isfinite
from numbers import Real
from reprlib import repr as shortened
from types import UnionType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from kernelscope.impossible import Impossible, number
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.cores import available_cores
from kernelscope.nn.shapes import Shape, is_whole, times


def as_images(images: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Convert to images ``[n, channel, row, col]`` of this `shape` and `dtype`, contiguous; copied only if need be.

    Raises:
        ValueError: they are not real numbers, the batch is empty, or an image has another shape.
    """
    array = _as_array("images", images)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"images: expected real numbers, got {array.dtype}")
    expected = f"expected [n, channel, row, col] with images of {_told(shape)}"
    if array.ndim != 4:
        hint = f": a single image is images[None], {_told((1, *array.shape))}" if array.shape == shape else ""
        raise ValueError(f"images: {expected}, got {array.ndim} dimensions, {_told(array.shape)}{hint}")
    if array.shape[1:] != shape:
        last = array.shape[1:] == (*shape[1:], shape[0])
        hint = ": with the channel last; images.transpose(0, 3, 1, 2) puts it where it is expected" if last else ""
        raise ValueError(f"images: {expected}, got images of {_told(array.shape[1:])}{hint}")
    if not len(array):
        raise ValueError(f"images: {expected}, got none")
    return array.astype(dtype, order="C", copy=False)


def as_labels(labels: ArrayLike, n: int) -> Labels:
    """Convert to labels ``[n]``, one class index per image. Their range is checked by `require_classes`.

    Raises:
        ValueError: they are not whole numbers, or not one for each of `n` images.
    """
    array = _as_array("labels", labels)
    if array.ndim == 2 and len(array) == n:
        hint = ": one-hot rows become labels by labels.argmax(axis=1)"
        raise ValueError(f"labels: expected one whole number for each of {n} images, got {_told(array.shape)}{hint}")
    if array.shape != (n,):
        raise ValueError(f"labels: expected one for each of {n} images, got an array of shape {array.shape}")
    if array.dtype.kind not in "iu":
        raise ValueError(f"labels: expected whole numbers, got {array.dtype}")
    return array


def as_batch(images: ArrayLike, labels: ArrayLike, shape: Shape, dtype: np.dtype[Any]) -> tuple[Array, Labels]:
    """Convert a batch with `as_images` and `as_labels`.

    Raises:
        ValueError: as these two.
    """
    found = as_images(images, shape, dtype)
    return found, as_labels(labels, len(found))


def require_classes(labels: Labels, classes: int) -> None:
    """Check that every label is from 0 to `classes` − 1.

    Raises:
        ValueError: one is not.
    """
    lowest, highest = labels.min(), labels.max()
    if lowest < 0 or highest >= classes:
        wrong = lowest if lowest < 0 else highest
        raise ValueError(f"labels: expected whole numbers from 0 to {classes - 1}, a class each, got {wrong}")


def require_generator(rng: np.random.Generator) -> None:
    """Check that `rng` is a NumPy generator.

    Raises:
        ValueError: it is something else, a seed, for example.
    """
    require_one_of("rng", rng, np.random.Generator, "a generator as np.random.default_rng(seed) gives")


def require_one_of(name: str, value: object, types: type | UnionType, what: str) -> None:
    """Check the type of an argument.

    Args:
        name: the argument's name.
        value: the argument.
        types: the types that are allowed.
        what: the same in words, for the message.

    Raises:
        ValueError: `value` is of another type.
    """
    if not isinstance(value, types):
        raise ValueError(f"{name}: expected {what}, got {shortened(value)}")


def require_number(name: str, value: object) -> None:
    """Check that `value` is a real number of Python or NumPy; it may be infinite or NaN.

    Raises:
        Impossible: it is something else, such as text.
    """
    if not isinstance(value, Real):
        got = shortened(value)
        raise Impossible("number", f"{name}: expected a number, got {got}", field=name, got=got)


def require_not_negative(name: str, value: float) -> None:
    """Check that `value` is finite and at least 0.

    Raises:
        Impossible: it is negative, infinite or not a number.
    """
    require_number(name, value)
    if not (isfinite(value) and value >= 0):
        message = f"{name}: expected a finite number of at least 0, got {number(value)}"
        raise Impossible("at_least", message, field=name, least=0, got=value)


def require_rate(learning_rate: float) -> None:
    """Check a learning rate. 0 is allowed, since schedules may end there.

    Raises:
        Impossible: it is negative, infinite or not a number.
    """
    require_not_negative("learning_rate", learning_rate)


def as_input_shape(shape: object) -> Shape:
    """Convert to ``(channels, rows, cols)``, as Python integers.

    Raises:
        ValueError: `shape` is not three whole numbers of at least 1.
    """
    lengths = tuple(shape) if isinstance(shape, Iterable) else ()
    if len(lengths) != 3 or not all(is_whole(length) and length >= 1 for length in lengths):
        expected = "three whole numbers of at least 1 (channels, rows, cols)"
        raise ValueError(f"input_shape: expected {expected}, got {shape!r}")
    channels, rows, cols = map(int, lengths)
    return channels, rows, cols


def as_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Convert to a dtype that a network can compute in.

    Raises:
        ValueError: it is neither float32 nor float64.
    """
    try:
        found = np.dtype(dtype)
    except TypeError as error:
        raise ValueError(f"dtype: expected float32 or float64, got {dtype!r}") from error
    if found not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype: expected float32 or float64, got {found}")
    return found


def as_threads(threads: int | None) -> int:
    """Convert to a number of threads; None becomes the number of available cores.

    Raises:
        ValueError: it is not a whole number of at least 1.
    """
    return available_cores() if threads is None else as_count("threads", threads)


def as_count(name: str, count: int) -> int:
    """Convert to a number of things of which there is at least one; `name` is the argument's.

    Raises:
        ValueError: it is not a whole number of at least 1.
    """
    if not is_whole(count) or count < 1:
        raise ValueError(f"{name}: expected a whole number of at least 1, got {count!r}")
    return int(count)


def _as_array(what: str, values: ArrayLike) -> NDArray[Any]:
    if np.ma.is_masked(values):  # np.asarray would silently drop the mask
        raise ValueError(f"{what}: expected all numbers to be there, got an array of which some are masked")
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:  # ragged lists, for example
        raise ValueError(f"{what}: expected an array of numbers, got what NumPy can't make one of ({error})") from error


def _told(shape: tuple[int, ...]) -> str:
    return times(*shape) or "a single number"
