"""The findings of studies as messages."""

import json
from base64 import b64decode

from kernelscope.source.reports import Found
from kernelscope.stream.found import told
from kernelscope.stream.frames import picture_frames
from kernelscope.stream.wire import Kind, decode
from kernelscope.studies.line import LineSubject
from kernelscope.studies.past import PastSubject

from tests.stream.support import picture_of


def test_a_finding_is_a_text_with_its_subject() -> None:
    subject, text = told(Found(LineSubject("A"), 2, 31, '{"best":1}'))
    assert subject == LineSubject("A")
    assert json.loads(text) == {
        "type": "found",
        "subject": {"lane": "A", "kind": "line"},
        "run": 2,
        "step": 31,
        "payload": {"best": 1},
    }


def test_a_picture_in_it_is_one_snapshot_frame() -> None:
    picture = picture_of(7)
    message = json.loads(told(Found(PastSubject(9), 2, 31, "{}", {"frame": picture})).text)
    data = b64decode(message["payload"]["frame"], validate=True)
    assert message["subject"] == {"kind": "past", "at": 9, "shown": {"quantities": [], "layers": []}, "image": None}
    assert data == picture_frames(2, picture, None).snapshot
    [frame] = decode(data)
    assert (frame.kind, frame.directory["step"], frame.directory["run"]) == (Kind.SNAPSHOT, 7, 2)
