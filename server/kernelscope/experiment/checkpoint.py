"""The state of an experiment as bytes: a safetensors file, with what is no array in its metadata.

Who reads it needs nothing of ours: every array has a name, such as ``lanes.0.params``, and the metadata has one entry,
``state``, the whole as JSON, in which ``{"$array": [name, shape]}`` stands for an array. Not pickle, which would run
what it reads.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from kernelscope.experiment import earlier
from kernelscope.experiment.lane_config import LaneConfig
from kernelscope.nn.arrays import Array
from kernelscope.nn.shapes import is_whole

ARRAY = "$array"
STATE = "state"
METADATA = "__metadata__"
"""The key of the metadata in a safetensors header; no array may have that name."""
DTYPES = ("float32", "float64", "int32", "int64")
_LENGTH = 8
"""The number of bytes of the header's length, which begins a safetensors file."""


class CheckpointError(ValueError):
    """Raised for bytes from which an experiment cannot be resumed. The message says why."""


def pack(state: Any) -> bytes:
    """Pack a tree of dicts, lists, arrays (float32, float64, int32, int64) and JSON values.

    Raises:
        TypeError: it contains something else.
    """
    arrays: dict[str, Array] = {}
    tree = _without_arrays(state, "", arrays, {})
    return save(arrays, {STATE: json.dumps(tree)})


# Not nested in `pack`: a recursive closure is a reference cycle, which would keep the bytes of many checkpoints alive
# until the garbage collector runs.
def _without_arrays(node: Any, name: str, arrays: dict[str, Array], names: dict[tuple[Any, ...], str]) -> Any:
    match node:
        case np.ndarray():
            if node.dtype.name not in DTYPES:
                raise TypeError(f"{name}: expected an array of {', '.join(DTYPES)}, got {node.dtype}")
            # Lanes start from the same weights, so equal arrays are written once.
            key = node.dtype, node.tobytes()
            if key not in names:
                while name in arrays or name == METADATA:  # keys may have dots in them
                    name += "_"
                names[key] = name
                arrays[name] = np.ascontiguousarray(node)
            return {ARRAY: [names[key], list(node.shape)]}
        case dict():
            return {
                key: _without_arrays(child, f"{name}.{key}".lstrip("."), arrays, names) for key, child in node.items()
            }
        case list() | tuple():
            return [
                _without_arrays(child, f"{name}.{place}".lstrip("."), arrays, names) for place, child in enumerate(node)
            ]
        case _:
            return node


def unpack(data: bytes) -> Any:
    """Unpack a tree that was packed by this version or an earlier one; its arrays are writeable.

    Raises:
        CheckpointError: these bytes were not made by `pack`.
    """
    try:
        if data.startswith(earlier.MAGIC):
            return earlier.unpack(data)
        arrays = load(data)
        header = json.loads(data[_LENGTH : _LENGTH + int.from_bytes(data[:_LENGTH], "little")])
        return _with_arrays(json.loads(header[METADATA][STATE]), arrays)
    except (SafetensorError, LookupError, ValueError, TypeError, RecursionError) as error:
        raise CheckpointError(f"expected a checkpoint, got bytes that cannot be read: {error!r}") from error


def _with_arrays(node: Any, arrays: dict[str, Array]) -> Any:
    match node:
        case {"$array": [name, shape]}:
            return arrays[name].reshape(shape).copy()
        case dict():
            return {key: _with_arrays(child, arrays) for key, child in node.items()}
        case list():
            return [_with_arrays(child, arrays) for child in node]
        case _:
            return node


def fill(into: NDArray[Any], found: Any) -> None:
    """Write an array of a checkpoint over `into`. NumPy would spread a single number over all of them without a word.

    Raises:
        ValueError: it is none, or of another shape or dtype.
    """
    if not isinstance(found, np.ndarray) or (found.shape, found.dtype) != (into.shape, into.dtype):
        got = f"{found.dtype} {list(found.shape)}" if isinstance(found, np.ndarray) else repr(found)
        raise ValueError(f"expected an array of {into.dtype} {list(into.shape)}, got {got}")
    into[...] = found


def as_count(found: Any) -> int:
    """A number of steps, images or edits in a checkpoint.

    Raises:
        ValueError: it is no whole number of at least 0.
    """
    if not is_whole(found) or found < 0:
        raise ValueError(f"expected a whole number of at least 0, got {found!r}")
    return int(found)


def lanes_of(checkpoint: bytes) -> list[LaneConfig]:
    """The lanes of a checkpoint, with their settings at that time.

    Raises:
        CheckpointError: these bytes are no checkpoint.
    """
    try:
        return [LaneConfig.model_validate(lane["config"]) for lane in unpack(checkpoint)["lanes"]]
    except (LookupError, TypeError, ValueError) as error:
        raise CheckpointError(f"expected a checkpoint of an experiment, got another: {error!r}") from error
