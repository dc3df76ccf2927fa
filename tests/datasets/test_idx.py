"""IDX files, whole and broken."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from kernelscope.datasets.idx import IDXError, read_idx


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idx") / "file"


@given(array=arrays(np.uint8, array_shapes(max_dims=4, min_side=0)))
def test_an_array_is_read_as_it_was_written(path: Path, array: np.ndarray) -> None:
    path.write_bytes(idx(array))
    read = read_idx(path)
    assert read.dtype == np.uint8
    assert read.shape == array.shape
    assert (read == array).all()


@given(array=arrays(np.uint8, array_shapes(max_dims=3)), data=st.data())
def test_a_file_cut_anywhere_is_refused_by_name(path: Path, array: np.ndarray, data: st.DataObject) -> None:
    whole = idx(array)
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(IDXError, match=path.name):
        read_idx(path)


def test_a_file_with_more_than_its_header_says_is_refused(path: Path) -> None:
    path.write_bytes(idx(np.zeros((2, 3), np.uint8)) + b"\0")
    with pytest.raises(IDXError, match=r"expected 18 bytes for the shape \(2, 3\), got 19"):
        read_idx(path)


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08\x00", b"\0\0\x0d\x01\0\0\0\0"], ids=["gzip", "floats"])
def test_other_kinds_of_file_are_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content + bytes(100))
    with pytest.raises(IDXError, match="expected an IDX file of unsigned bytes, got one that begins"):
        read_idx(path)
