"""Saving and loading weights as safetensors: names, shapes and numbers, and no executable code.

Names and orientations are those of `Parameters` (``conv1.weight`` is ``[out, in, row, col]``), which are PyTorch's. So
a ``state_dict`` with the same names can be saved there and loaded here, and vice versa.
"""

import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from kernelscope.nn.arrays import Array
from kernelscope.nn.inputs import require_one_of
from kernelscope.nn.parameters import Parameters


class WeightsError(ValueError):
    """Raised for a file that does not hold the weights of this network; says what was expected and what came."""


def save_weights(params: Parameters, path: str | os.PathLike[str]) -> None:
    """Save all weights and biases to a safetensors file, atomically.

    Raises:
        OSError: the file cannot be written.
        ValueError: `params` are not `Parameters`.
    """
    _require_parameters(params)
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(save(dict(params)))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_weights(params: Parameters, path: str | os.PathLike[str]) -> None:
    """Load all weights and biases from a safetensors file. On an error `params` are left unchanged.

    Raises:
        OSError: the file cannot be read.
        WeightsError: it is not a safetensors file, has other names or shapes than `params`, or has numbers that are
            not real or too large for the dtype of `params`.
        ValueError: `params` are not `Parameters`.
    """
    _require_parameters(params)
    content = Path(path).read_bytes()
    try:
        found: dict[str, Array] = load(content)
    except (SafetensorError, KeyError) as error:  # KeyError: a dtype that NumPy does not have
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


def _require_parameters(params: Parameters) -> None:
    require_one_of("params", params, Parameters, "the Parameters of a network, such as network.params")
