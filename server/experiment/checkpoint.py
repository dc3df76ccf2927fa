"""The state of an experiment as bytes: NumPy's own file format, with no pickled objects in it."""

import io
import json
from typing import Any

import numpy as np

_TREE = "tree"
_ARRAY = "$array"


class CheckpointError(ValueError):
    """Bytes from which an experiment cannot go on. The message says why."""


def pack(state: Any) -> bytes:
    """A tree of dicts, lists, arrays and what JSON knows, as bytes."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}

    def without_arrays(node: Any) -> Any:
        match node:
            case np.ndarray():
                name = str(len(arrays))
                arrays[name] = node
                return {_ARRAY: name}
            case dict():
                return {key: without_arrays(child) for key, child in node.items()}
            case list() | tuple():
                return [without_arrays(child) for child in node]
            case _:
                return node

    tree = json.dumps(without_arrays(state))
    file = io.BytesIO()
    np.savez(file, **{_TREE: np.array(tree)}, **arrays)  # type: ignore[arg-type]  # its stub takes the names for options
    return file.getvalue()


def unpack(data: bytes) -> Any:
    """The tree that was packed.

    Raises:
        CheckpointError: these bytes were not made by `pack`.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:

            def with_arrays(node: Any) -> Any:
                match node:
                    case {"$array": name}:
                        return arrays[name]
                    case dict():
                        return {key: with_arrays(child) for key, child in node.items()}
                    case list():
                        return [with_arrays(child) for child in node]
                    case _:
                        return node

            return with_arrays(json.loads(str(arrays[_TREE])))
    except Exception as error:  # damaged archives make zipfile and NumPy raise many kinds
        raise CheckpointError(f"expected a checkpoint, got bytes that cannot be read: {error!r}") from error
