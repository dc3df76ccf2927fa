import contextlib
import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from server.stream.wire import DTYPES, Kind, Tensor, WireError, decode, encode
from tests.golden import FOLDER, frames, readable

tensors_of_any_shape = st.dictionaries(
    st.text(min_size=1, max_size=20),
    st.sampled_from(sorted(DTYPES)).flatmap(
        lambda code: hnp.arrays(DTYPES[code], hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4))
    ),
    max_size=6,
)
json_members = st.dictionaries(
    st.text(max_size=10).filter(lambda key: key != "tensors"), st.none() | st.integers(0, 2**53) | st.text(), max_size=4
)


@given(st.sampled_from(Kind), json_members, tensors_of_any_shape)
def test_what_is_encoded_is_decoded(kind: Kind, directory: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    frame = decode(encode(kind, directory, tensors))
    assert (frame.kind, frame.directory) == (kind, directory)
    assert frame.tensors.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert frame.tensors[name].dtype == tensor.dtype
        assert frame.tensors[name].shape == tensor.shape
        assert frame.tensors[name].tobytes() == tensor.tobytes()  # bit for bit, not-a-numbers too


@given(tensors_of_any_shape)
def test_a_typed_array_can_be_laid_over_every_tensor(tensors: dict[str, Tensor]) -> None:
    data = encode(Kind.SNAPSHOT, {}, tensors)
    directory_length, payload_length = struct.unpack_from("<II", data, 8)
    assert directory_length % 8 == payload_length % 8 == len(data) % 8 == 0
    directory = json.loads(data[16 : 16 + directory_length])
    assert all(entry["offset"] % 8 == 0 for entry in directory["tensors"].values())


@given(st.binary(max_size=200))
def test_bytes_that_are_no_frame_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(WireError, match="expected"):
        decode(data)


@given(st.data())
def test_a_damaged_frame_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    good = bytearray(encode(Kind.SNAPSHOT, {"step": 3}, {"a": np.arange(3, dtype="f4"), "b": np.arange(2, dtype="f8")}))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(bytes(good))


def test_the_order_is_row_major_also_for_transposed_views() -> None:
    tensor = np.arange(6, dtype="f4").reshape(2, 3).T
    np.testing.assert_array_equal(decode(encode(Kind.SNAPSHOT, {}, {"t": tensor})).tensors["t"], tensor)


def test_other_dtypes_are_refused() -> None:
    with pytest.raises(WireError, match=r"tensor t: expected dtype f4, f8, i4, got int64"):
        encode(Kind.SNAPSHOT, {}, {"t": np.zeros(2, "i8")})


@pytest.mark.parametrize("name", sorted(frames()))
def test_golden_files_are_what_python_writes_and_reads(name: str) -> None:
    kind, directory, tensors = frames()[name]
    data = (FOLDER / f"{name}.bin").read_bytes()
    assert encode(kind, directory, tensors) == data, "the bytes have changed: that needs a new protocol version"
    frame = decode(data)
    expected = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert {"kind": int(frame.kind), **readable(frame.directory, frame.tensors)} == expected
