import copy
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from kernelscope.nn import Conv, Dense, Parameters, ReLU, infer_shapes

SHAPES = infer_shapes([Conv("conv", 2, (3, 2)), ReLU("relu"), Dense("dense", 3)], (1, 4, 5))


def test_names_are_views_of_one_flat_array_in_the_order_of_the_layers() -> None:
    params = Parameters(SHAPES, np.dtype(np.float32))
    assert {name: params[name].shape for name in params} == {
        "conv.weight": (2, 1, 3, 2),
        "conv.bias": (2,),
        "dense.weight": (3, 2 * 2 * 4),
        "dense.bias": (3,),
    }
    assert len(params) == 4
    assert params.flat.dtype == np.float32
    assert not params.flat.any()
    params.flat[...] = np.arange(params.flat.size)
    assert np.array_equal(np.concatenate([array.ravel() for array in params.values()]), params.flat)
    params["dense.weight"][1, 2] = -7
    assert params.flat[12 + 2 + 16 + 2] == -7


def test_layers_hold_the_same_views_by_layer() -> None:
    params = Parameters(SHAPES, np.dtype(np.float64))
    assert params.layers.keys() == {"conv", "relu", "dense"}
    assert params.layers["relu"] == {}
    assert params.layers["conv"]["weight"] is params["conv.weight"]
    assert params.layers["dense"]["bias"] is params["dense.bias"]


def test_a_copy_has_memory_of_its_own() -> None:
    params = Parameters(SHAPES, np.dtype(np.float64))
    params.flat[...] = np.arange(params.flat.size)
    copy = params.copy()
    params.flat.fill(0)
    assert np.array_equal(copy.flat, np.arange(copy.flat.size))
    assert np.shares_memory(copy["dense.weight"], copy.flat)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda params: pickle.loads(pickle.dumps(params))])
def test_names_are_views_in_copies_too(copied: Callable[[Parameters], Parameters]) -> None:
    params = Parameters(SHAPES, np.dtype(np.float64))
    params.flat[...] = np.arange(params.flat.size)
    twin = copied(params)
    assert twin.keys() == params.keys()
    assert twin.places == params.places
    assert np.array_equal(twin.flat, params.flat)
    assert not np.shares_memory(twin.flat, params.flat)
    twin.flat += 1
    for name, array in params.items():
        assert np.array_equal(twin[name], array + 1)
    twin.layers["dense"]["bias"][...] = -7
    assert np.array_equal(twin.flat[-3:], [-7, -7, -7])


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"conv\.kernel"):
        Parameters(SHAPES, np.dtype(np.float64))["conv.kernel"]
