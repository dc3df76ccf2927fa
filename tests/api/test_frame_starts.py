"""Where WebSocket frames begin."""

from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.socket.frame_starts import FrameStarts
from websockets.frames import Frame, Opcode

frames = st.lists(
    st.builds(
        Frame,
        st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT]),
        st.integers(0, 140).map(bytes) | st.sampled_from([65_535, 65_536, 70_000]).map(bytes),
        st.booleans(),
    )
    | st.builds(Frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125)),
    max_size=6,
)


@given(frames, st.booleans(), st.data())
def test_each_frame_is_found_however_its_bytes_are_cut(frames: list[Frame], mask: bool, data: st.DataObject) -> None:
    sent = b"".join(frame.serialize(mask=mask) for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    starts = FrameStarts()
    found = [
        opcode
        for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)
        for opcode in starts.feed(sent[start:end])
    ]
    assert found == [frame.opcode for frame in frames]
