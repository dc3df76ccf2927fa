import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from kernelscope.stream.wire import DTYPES, VERSION, Frame, Kind, Tensor, WireError, decode, encode

from tests.golden import FOLDER, MESSAGES, encoded, readable
from tests.nn.support import examples

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


any_frames = st.lists(
    st.builds(Frame, st.sampled_from(Kind), json_members, tensors_of_any_shape), min_size=1, max_size=3
)


@examples(50)
@given(any_frames)
def test_what_is_encoded_is_decoded(message: list[Frame]) -> None:
    decoded = decode(encoded(message))
    for expected, frame in zip(message, decoded, strict=True):
        assert (frame.kind, frame.directory) == (expected.kind, expected.directory)
        assert frame.tensors.keys() == expected.tensors.keys()
        for name, tensor in expected.tensors.items():
            assert frame.tensors[name].dtype == tensor.dtype
            assert frame.tensors[name].shape == tensor.shape
            assert frame.tensors[name].tobytes() == tensor.tobytes()  # bit for bit, including NaN


@given(tensors_of_any_shape)
def test_a_typed_array_can_be_laid_over_every_tensor(tensors: dict[str, Tensor]) -> None:
    data = encode(Kind.SNAPSHOT, {}, tensors)
    directory_length, payload_length = struct.unpack_from("<II", data, 8)
    assert directory_length % 8 == payload_length % 8 == len(data) % 8 == 0
    places = [tensor.ctypes.data for tensor in decode(data)[0].tensors.values() if tensor.size]
    assert len({place % 8 for place in places}) <= 1


@given(st.binary(max_size=200))
def test_bytes_that_are_no_frame_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(WireError, match="expected"):
        decode(data)


@examples(50)
@given(any_frames, st.data())
def test_a_message_that_is_cut_short_or_has_something_behind_it_is_refused(
    message: list[Frame], data: st.DataObject
) -> None:
    whole = encoded(message)
    ends = [len(encoded(message[:count])) for count in range(1, len(message))]  # these are complete messages
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda length: length not in ends))
    for wrong in (whole[:cut], whole + data.draw(st.binary(min_size=1, max_size=20))):
        with pytest.raises(WireError, match="expected"):
            decode(wrong)


@given(st.data())
def test_a_damaged_frame_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    good = bytearray(encode(Kind.SNAPSHOT, {"step": 3}, {"a": np.arange(3, dtype="f4"), "b": np.arange(2, dtype="f8")}))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(bytes(good))


def test_the_order_is_row_major_also_for_transposed_views() -> None:
    tensor = np.arange(6, dtype="f4").reshape(2, 3).T
    (frame,) = decode(encode(Kind.SNAPSHOT, {}, {"t": tensor}))
    np.testing.assert_array_equal(frame.tensors["t"], tensor)


def test_other_dtypes_are_refused() -> None:
    with pytest.raises(WireError, match=r"tensor t: expected dtype f4, f8, i4, i1, got int64"):
        encode(Kind.SNAPSHOT, {}, {"t": np.zeros(2, "i8")})


def test_levels_are_a_byte_each_and_the_next_tensor_is_aligned() -> None:
    frame = encode(Kind.SNAPSHOT, {}, {"levels": np.array([-128, -127, 0, 126, 127], "i1"), "b": np.ones(1, "f4")})
    (decoded,) = decode(frame)
    assert decoded.tensors["levels"].tolist() == [-128, -127, 0, 126, 127]
    directory_length, payload_length = struct.unpack_from("<II", frame, 8)
    assert payload_length == 16
    assert frame[16 + directory_length :][:8] == bytes([128, 129, 0, 126, 127, 0, 0, 0])


def test_what_is_decoded_cannot_be_written_to() -> None:
    (frame,) = decode(encode(Kind.SNAPSHOT, {}, {"t": np.zeros(2, "f4")}))
    with pytest.raises(ValueError, match="read-only"):
        frame.tensors["t"][0] = 1


@pytest.mark.parametrize("size", [-1, 3, 2**40])
def test_a_tensor_outside_the_payload_is_refused(size: int) -> None:
    entries = {"s": {"dtype": "i1", "shape": [3]}, "t": {"dtype": "f4", "shape": [size]}}
    directory = json.dumps({"tensors": entries}).encode()
    directory += b" " * (-len(directory) % 8)
    with pytest.raises(WireError, match=rf"tensor t: expected it within 16 bytes, got 8 to {8 + 4 * size}"):
        decode(struct.pack("<4sHHII", b"KSCP", VERSION, 2, len(directory), 16) + directory + bytes(16))


def test_another_version_is_named() -> None:
    frame = bytearray(encode(Kind.SNAPSHOT, {}, {}))
    frame[4] = 2
    with pytest.raises(WireError, match="expected protocol version 5, got 2"):
        decode(bytes(frame))


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_golden_files_are_what_python_writes_and_reads(name: str) -> None:
    data = (FOLDER / f"{name}.bin").read_bytes()
    assert encoded(MESSAGES[name]) == data, "the bytes have changed: that needs a new protocol version"
    expected = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert readable(decode(data)) == expected
