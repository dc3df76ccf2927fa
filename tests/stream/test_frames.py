"""A worker's pictures as frames."""

import json
from base64 import b64decode

from kernelscope.source.reports import Revisited
from kernelscope.stream.frames import past_found, picture_frames
from kernelscope.stream.wire import Kind, decode
from kernelscope.studies.subjects import Subject

from tests.stream.support import picture_of


def test_an_earlier_step_is_a_text_with_one_snapshot_frame_in_it() -> None:
    subject, picture = Subject("past", step=9), picture_of(7)
    found = past_found(Revisited(subject, 2, 31, picture))
    assert found.subject == subject
    message = json.loads(found.text)
    data = b64decode(message.pop("frame"), validate=True)
    assert message == {"type": "past", "run": 2, "lane": "", "step": 31, "asked": 9}
    assert data == picture_frames(2, picture, None).snapshot
    [frame] = decode(data)
    assert (frame.kind, frame.directory["step"], frame.directory["run"]) == (Kind.SNAPSHOT, 7, 2)
