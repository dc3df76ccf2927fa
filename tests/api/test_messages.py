import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.socket.messages import MOST_SUBJECTS, AckMessage, Refused, WantMessage, parse
from kernelscope.experiment.place import Kernel
from kernelscope.source.commands import BeginRangeTest, NewSeed, SetSpeed
from kernelscope.studies.line import LineSubject
from kernelscope.studies.past import PastSubject
from kernelscope.studies.shown import Shown

from tests.nn.support import examples

any_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
TYPES = [
    "start",
    "restart",
    "new_seed",
    "set_learning_rate",
    "set_speed",
    "set_frame_rate",
    "ack",
    "show",
    "want",
    "ping",
]
MEMBERS = [
    "seed",
    "lane",
    "rate",
    "steps_per_second",
    "frames_per_second",
    "message",
    "snapshots",
    "subjects",
    "kernel",
]


@given(st.text())
def test_whatever_text_comes_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        parse(text)


@examples(60)
@given(st.sampled_from(TYPES) | any_json, st.dictionaries(st.sampled_from(MEMBERS), any_json, max_size=3))
def test_whatever_members_a_message_has_it_is_parsed_or_refused_in_words(type: Any, members: dict[str, Any]) -> None:
    refused: Refused | None = None
    try:
        parse(json.dumps({"type": type, **members}))
    except Refused as error:
        refused = error
    if refused:
        assert str(refused).encode(), "it can be sent"
        assert refused.about == (type if type in TYPES else refused.about)


def test_what_is_meant_is_read() -> None:
    assert parse('{"type": "ack", "message": 3}') == AckMessage(type="ack", message=3)
    assert parse('{"type": "new_seed"}') == NewSeed()
    assert parse('{"type": "set_speed", "steps_per_second": 1}') == SetSpeed(1.0)
    subjects = '[{"kind": "line", "lane": "A"}, {"kind": "past", "at": 3, "shown": {"quantities": ["apart.B"]}}]'
    kernel = '{"layer": "conv1", "out": 3, "in": 2}'
    assert parse(
        f'{{"type": "want", "subjects": {subjects}, "kernel": {kernel}, "pointed": {kernel}, "also": [{kernel}]}}'
    ) == WantMessage(
        type="want",
        subjects=[LineSubject("A"), PastSubject(3, Shown(frozenset({"apart.B"})))],
        kernel=Kernel("conv1", 3, 2),
        pointed=Kernel("conv1", 3, 2),
        also=[Kernel("conv1", 3, 2)],
    )


@pytest.mark.parametrize("type", ["settle", "open", "attend"])
def test_what_the_server_itself_tells_a_worker_is_no_message_of_viewers(type: str) -> None:
    with pytest.raises(Refused, match="does not match any of the expected tags"):
        parse(json.dumps({"type": type}))


def test_half_a_character_is_read_as_its_escape() -> None:
    assert parse(r'{"type": "range_test", "lane": "\ud800"}') == BeginRangeTest(r"\ud800")
    with pytest.raises(Refused, match="expected tags"):
        parse(r'{"type": "set_\ud800"}')
    with pytest.raises(Refused, match=r"\\udfff: Extra inputs are not permitted"):
        parse(r'{"type": "start", "\udfff": "\ud83d\ude00"}')


def test_a_study_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused, match=r"^subjects\.0: .*'horoscope'.*'line', 'lens', 'weight'"):
        parse('{"type": "want", "subjects": [{"kind": "horoscope"}]}')
    many = [{"kind": "line", "lane": "A"}] * (MOST_SUBJECTS + 1)
    with pytest.raises(Refused, match=r"subjects: .* at most 32 items"):
        parse(json.dumps({"type": "want", "subjects": many}))


@pytest.mark.parametrize("deep", ["[" * 60_000, '{"type": ' * 10_000, '{"type": "ping", "sent": ' + "[" * 30_000])
def test_deep_nesting_is_refused(deep: str) -> None:
    with pytest.raises(Refused):
        parse(deep)


def test_a_number_with_too_many_digits_is_refused() -> None:
    with pytest.raises(Refused):
        parse('{"type": "ack", "message": ' + "9" * 5000 + "}")
