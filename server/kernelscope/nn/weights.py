"""Weights in a file, as safetensors: names, shapes and numbers, and nothing that could run.

The names and orientations are those of `Parameters` (``conv1.weight`` is ``[out, in, row, col]``), which are PyTorch's,
so a ``state_dict`` of the same names can be saved from there and loaded here, and the other way round.
"""

import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from kernelscope.nn.arrays import Array
from kernelscope.nn.parameters import Parameters


class WeightsError(ValueError):
    """A file that does not hold the weights of this network. The message says what was expected and what came."""


def save_weights(params: Parameters, path: str | os.PathLike[str]) -> None:
    """Write all weights and biases to a safetensors file, which is complete or not there.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(save(dict(params)))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_weights(params: Parameters, path: str | os.PathLike[str]) -> None:
    """Read all weights and biases from a safetensors file. Where it does not fit, `params` stay as they were.

    Raises:
        OSError: it cannot be read.
        WeightsError: it is no safetensors file, or has other names or shapes than `params`, or other than real
            numbers that these can hold.
    """
    content = Path(path).read_bytes()
    try:
        found: dict[str, Array] = load(content)
    except (SafetensorError, KeyError) as error:  # KeyError: numbers of a type that NumPy doesn't have
        raise WeightsError(f"{path}: expected a safetensors file of real numbers ({error})") from error
    if missing := params.keys() - found.keys():
        raise WeightsError(f"{path}: expected {', '.join(params)}; {', '.join(sorted(missing))} missing")
    if unknown := found.keys() - params.keys():
        raise WeightsError(
            f"{path}: expected {', '.join(params)} and nothing else, got {', '.join(sorted(unknown))} too"
        )
    for name, array in found.items():
        if array.shape != params[name].shape:
            raise WeightsError(f"{path}: {name}: expected the shape {params[name].shape}, got {array.shape}")
        if not np.issubdtype(array.dtype, np.floating):
            raise WeightsError(f"{path}: {name}: expected real numbers, got {array.dtype}")
        with np.errstate(over="ignore"):
            cast = array.astype(params.flat.dtype)
        if (np.isinf(cast) & np.isfinite(array)).any():
            raise WeightsError(f"{path}: {name}: expected numbers that {cast.dtype} can hold, got larger ones")
    for name, array in found.items():
        params[name][...] = array
