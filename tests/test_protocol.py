"""What docs/protocol.md shows is what is said."""

import json
import re
from base64 import b64decode
from typing import Any

import httpx
import pytest
from kernelscope.api.socket import ending
from kernelscope.api.socket.connection import PATIENCE
from kernelscope.api.socket.frame_limits import MOST_FRAGMENTS
from kernelscope.api.socket.messages import (
    AudienceMessage,
    ErrorMessage,
    PongMessage,
    parse,
)
from kernelscope.experiment import Stopped
from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Weight
from kernelscope.hosting.views import ExperimentView
from kernelscope.picture.answers import MOST_RESPONSES
from kernelscope.picture.scale import Limit
from kernelscope.source.reports import CatchingUp, Edit, Phases
from kernelscope.stream.channel import MOST_IMAGES, MOST_KERNELS
from kernelscope.stream.viewer import CREDIT
from kernelscope.stream.wire import HEADER, MAGIC, VERSION, Frame, Kind, decode
from kernelscope.studies.registry import STUDIES
from kernelscope.studies.studies import WATCHERS_SHARE
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.api.page import Page, watch
from tests.clients import *  # noqa: F403  its fixtures
from tests.golden import encoded, readable
from tests.processes import ROOT

TEXT, _, _ = (ROOT / "docs" / "protocol.md").read_text().partition("\n## A class\n")  # tests/api/test_class.py has that


def loaded(example: str) -> Any:
    """JSON in which what is left out shows as an ellipsis."""
    return json.loads(re.sub(r'("data": "|"frame": "[^"]*)…"', r'\1"', example).replace(", …", ""))


BLOCKS = [loaded(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S)]
EXAMPLES = {block["type"]: block for block in BLOCKS if "type" in block}
FOUND = {block["subject"]["kind"]: block for block in BLOCKS if block.get("type") == "found"}
PARAMETERS = {
    "kernel": {"layer": "conv1", "out": 1, "in": 0},
    "weight": {"layer": "conv1", "out": 1, "in": 0, "row": 2, "col": 4},
    "layer": "conv1",
    "out": 1,
    "image": 3,
    "at": 2,
}
"""Of subjects, such as there are in the experiment of the tests."""
SAID = [
    example.replace(", …", "")
    for row in re.findall(r"^\| (`\{\"type\".*?) \|", TEXT, re.M)
    for example in re.findall(r"`(\{.*?\})`", row)
]


INLINE = re.findall(r"`(\{\".*?\})`", re.sub("```.*?```", "", TEXT, flags=re.S), re.S)
PARTS: tuple[type, ...] = (CatchingUp, OwnImage, Phases, Stopped, Edit, Weight)


def written(type: type, shown: Any) -> Any:
    """What the server writes of it; None: it is nothing of this type."""
    adapter: TypeAdapter[Any] = TypeAdapter(type)
    try:
        return json.loads(adapter.dump_json(adapter.validate_json(json.dumps(shown)), by_alias=True))
    except ValidationError:
        return None


def test_what_a_viewer_may_say_is_understood_as_it_is_shown() -> None:
    said = {parse(example).type for example in SAID}
    assert {"start", "set_lanes", "set_weight", "want", "ack", "ping", "set_stop", "new_seed"} <= said
    assert len(SAID) >= 20


@pytest.mark.parametrize("model", [ExperimentView, AudienceMessage, ErrorMessage, PongMessage])
def test_what_the_server_says_is_shown_as_it_is_written(model: type[BaseModel]) -> None:
    shown = EXAMPLES[model.model_fields["type"].default]
    assert written(model, shown) == shown


def test_what_is_shown_in_a_line_of_text_is_of_some_message_too() -> None:
    for example in INLINE:
        shown = loaded(example)
        if "type" in shown:
            parse(json.dumps(shown))
        else:
            known = any(written(part, shown) == shown for part in PARTS)
            assert known or [*shown] == [*Limit._fields], example
    assert len(INLINE) > 25


def test_the_frame_that_is_shown_is_one() -> None:
    [frame] = re.findall(r"```text\n(.*?)\n```\n\nand what it says:\n\n```json\n(.*?)```", TEXT, re.S)
    message = decode(b64decode(frame[0], validate=True))
    assert readable(message) == [json.loads(frame[1])]
    assert encoded(message) == b64decode(frame[0])


def test_a_frame_that_is_shown_in_part_begins_as_one() -> None:
    began = b64decode(re.search(r'"frame": "(\w+)…"', TEXT)[1] + "=")  # type: ignore[index]
    assert began == HEADER.pack(MAGIC, VERSION, Kind.SNAPSHOT, 0, 0)[:8]
    assert TEXT.startswith(f"# The stream: protocol version {VERSION}\n")
    assert f"protocol version, {VERSION} |" in TEXT


def same_members(shown: Any, said: Any, place: str) -> None:
    """Of objects, and of those in them; an object whose keys are names is compared by one of its values."""
    if isinstance(shown, dict) and isinstance(said, dict):
        if place.rpartition(".")[2] in ("forward", "backward", "gradients", "memory", "limits"):
            return
        if shown.keys() <= {"A", "B", "conv1"}:
            shown, said = [*shown.values()], [*said.values()]
        else:
            assert shown.keys() == said.keys(), place
            for name in shown:
                same_members(shown[name], said[name], f"{place}.{name}")
    if isinstance(shown, list) and isinstance(said, list) and shown and said:
        same_members(shown[0], said[0], place)


def test_what_is_found_has_the_members_that_are_shown(page: Page) -> None:
    for _ in range(3):
        page.send("step")
    page.snapshot(3)
    shown = [FOUND[study.kind]["subject"] for study in STUDIES if not study.shared]
    page.want(*(subject | {name: PARAMETERS[name] for name in subject.keys() & PARAMETERS.keys()} for subject in shown))
    page.send("phase")
    page.send("range_test", lane="B")
    page.send("cancel_range_test")
    wanted = {study.kind for study in STUDIES}
    assert wanted == FOUND.keys()
    while wanted:
        said = page.text("found")
        kind, payload = said["subject"]["kind"], said["payload"]
        if kind not in wanted or (kind == "weight" and payload["origin"]["proof"] is None):
            continue
        if kind == "trace" and payload["step_under_way"] is None:
            continue
        wanted.remove(kind)
        same_members(FOUND[kind], said, kind)


def test_the_members_of_frames_are_named(page: Page) -> None:
    for _ in range(2):
        page.send("step")
    kernel = {"layer": "conv1", "out": 1, "in": 0}
    page.want(
        quantities=["moved", "responses", "sensitivities", "input_gradient"], layers=["dense"], kernel=kernel, image=3
    )
    page.send("set_speed", steps_per_second=20)
    page.send("start")
    found: dict[Kind, Frame] = {}
    while found.keys() != set(Kind):  # the picture of a new image comes at once, before there is another step
        found |= {frame.kind: frame for frame in page.frames(Kind.KERNEL)}
    for kind, frame in found.items():
        section = TEXT[TEXT.index(f"### Kind {kind}") :].split("\n#")[0] + TEXT[TEXT.index("The directory has") :][:200]
        for name in [*frame.directory, *(tensor.split("/")[0] for tensor in frame.tensors)]:
            assert f"`{name}" in section, (kind, name)


@pytest.mark.parametrize(
    "name", ["BINARY", "BROKEN", "TRY_LATER", "BAD_ADDRESS", "WRONG_ORIGIN", "UNKNOWN", "DELETED", "ASLEEP"]
)
def test_every_code_is_listed(name: str) -> None:
    assert f"\n| {getattr(ending, name)} |" in TEXT


def test_numbers_are_those_of_the_code() -> None:
    assert f"more than {MOST_FRAGMENTS} fragments" in TEXT
    assert f"complete within {PATIENCE:g} s" in TEXT
    assert f"at most {100 * WATCHERS_SHARE:g} % of the time" in TEXT
    assert f"{MOST_KERNELS} kernels are sent" in TEXT
    assert f"{MOST_IMAGES} images are looked at" in TEXT
    assert f"more than {MOST_RESPONSES:,} of these" in TEXT
    assert CREDIT == 2
    assert "while two are unacknowledged" in TEXT


def test_a_viewer_that_shows_nothing_gets_nothing_that_it_asked_for(client: httpx.Client, id: str, page: Page) -> None:
    with watch(client, id) as other:  # for whom there is a line
        for viewer in (page, other):
            viewer.want({"kind": "line", "lane": "A"})
        page.send("show", snapshots=False)
        page.obeyed()
        other.send("step")
        other.found("line", step=1)
        page.send("ping", sent=1)
        kinds = set[str]()
        while "pong" not in kinds:
            said = page.receive()
            kinds |= {said["type"]} if isinstance(said, dict) else set()
        assert "found" not in kinds
        page.send("show", snapshots=True)
        page.found("line", step=1)
