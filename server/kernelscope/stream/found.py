"""The findings of studies as messages (docs/protocol.md)."""

import json
from base64 import b64encode
from typing import NamedTuple

from kernelscope.source.reports import Found
from kernelscope.stream.frames import picture_frames
from kernelscope.studies.registry import written
from kernelscope.studies.subject import Subject


class Told(NamedTuple):
    """The `found` message about a subject."""

    subject: Subject
    text: str


def told(found: Found) -> Told:
    """Write the message for a finding, with its pictures as frames."""
    payload = found.payload
    if found.pictures:
        frames = {name: picture_frames(found.run, picture, None).snapshot for name, picture in found.pictures.items()}
        payload = _json(json.loads(payload) | {name: b64encode(frame).decode() for name, frame in frames.items()})
    about = {"type": "found", "subject": written(found.subject), "run": found.run, "step": found.step}
    return Told(found.subject, f'{_json(about)[:-1]},"payload":{payload}}}')


def _json(members: object) -> str:
    return json.dumps(members, separators=(",", ":"), allow_nan=False)
