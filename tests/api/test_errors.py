"""Why something cannot be, in English for programs and in a code for the page, which has words of its own for it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kernelscope
import pytest
from kernelscope.api.errors import KINDS, OTHER
from kernelscope.api.socket.messages import Refused, parse
from kernelscope.settings import STATIC

SERVER = Path(kernelscope.__file__).parent
RAISED = re.compile(
    r'(?:(?:Impossible|Missing|ArchitectureError|DownloadError|Busy|super\(\).__init__)\(\s*|\bcode=)"(?P<code>[a-z_]+)"'
)
PLACE = re.compile(r"\{(\w+)\}")
HEAD = "problem."
WEIGHT = {"layer": "conv1", "out": 0, "in": 0, "row": 0, "col": 0}


def codes() -> set[str]:
    """All that the server can send."""
    raised = {match["code"] for path in SERVER.rglob("*.py") for match in RAISED.finditer(path.read_text("utf-8"))}
    return raised | {kind.code for kind in KINDS.values()} | {OTHER.code}


def words(language: str) -> Mapping[str, str]:
    texts = json.loads((STATIC / "locales" / "problems" / f"{language}.json").read_text("utf-8"))
    return {key.removeprefix(HEAD): text for key, text in texts.items() if key.startswith(HEAD)}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_each_reason_has_words_and_no_words_are_without_a_reason(language: str) -> None:
    found = codes()
    assert {"at_least", "does_not_fit", "unknown_setting", "too_large", "busy", "above"} <= found
    assert set(words(language)) == found


def refusal(message: Mapping[str, Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        parse(json.dumps(message))
    return caught.value


@pytest.mark.parametrize(
    ("message", "code", "values"),
    [
        ({"type": "set_learning_rate", "lane": "A", "rate": -1}, "above", {"field": "rate", "least": 0, "got": "-1"}),
        ({"type": "set_learning_rate", "lane": "A", "rate": 1e9}, "at_most", {"field": "rate", "most": 1000}),
        ({"type": "set_learning_rate", "lane": "A", "rate": "fast"}, "number", {"field": "rate", "got": "fast"}),
        ({"type": "set_learning_rate", "lane": "A"}, "missing", {"field": "rate"}),
        ({"type": "set_learning_rate", "lane": "A", "rate": 1, "more": 2}, "unknown_member", {"field": "more"}),
        ({"type": "set_frame_rate", "frames_per_second": 1.5}, "whole_number", {"field": "frames_per_second"}),
        ({"type": "dance"}, "unknown", {"got": "{'type': 'dance'}"}),
        (
            {
                "type": "set_lanes",
                "lanes": [{"id": "A", "learning_rate": 1, "optimizer": {"type": "sgd", "momentum": 2}}],
            },
            "share",
            {"field": "momentum", "got": 2},
        ),
        ({"type": "set_lanes", "lanes": []}, "too_few", {"field": "lanes", "least": 1}),
        ({"type": "show", "snapshots": "maybe"}, "invalid", {"field": "snapshots"}),
        (
            {"type": "set_weight", "lane": "A B", "weight": WEIGHT, "value": 1},
            "lane_id",
            {"field": "lane", "got": "A B"},
        ),
        (
            {"type": "set_lanes", "lanes": [{"id": "A", "learning_rate": 1, "name": "a\tb"}]},
            "unprintable",
            {"field": "name", "character": "U+0009", "place": 2},
        ),
        ({"type": "want", "shown": {"quantities": ["loss"]}}, "invalid", {"got": "loss"}),
    ],
)
def test_a_refusal_says_why_in_a_code_with_values(
    message: Mapping[str, Any], code: str, values: Mapping[str, object]
) -> None:
    [problem] = refusal(message).problems
    assert problem.code == code
    assert values.items() <= problem.values.items()


def test_nobody_is_shown_a_regular_expression() -> None:
    for message in (
        {"type": "set_weight", "lane": "A B", "weight": WEIGHT, "value": 1},
        {"type": "want", "shown": {"quantities": ["loss"]}},
    ):
        said = str(refusal(message))
        assert "pattern" not in said
        assert "{" not in said
        assert said.count("got") == 1, said
    assert not [field for path in SERVER.rglob("*.py") for field in re.findall(r"\bpattern=", path.read_text("utf-8"))]


def test_the_words_have_places_for_nothing_but_the_values() -> None:
    examples = [
        {"type": "set_learning_rate", "lane": "A", "rate": -1},
        {"type": "set_learning_rate", "lane": "A", "rate": 1e9},
        {"type": "set_lanes", "lanes": []},
        {"type": "set_lanes", "lanes": [{"id": "A", "learning_rate": 1, "name": "a" * 41}]},
        {"type": "set_lanes", "lanes": [{"id": "!", "learning_rate": 1}]},
        {"type": "set_lanes", "lanes": [{"id": "A", "learning_rate": 1, "name": "a\tb"}]},
        {"type": "set_stop", "stop": {"step": 0}},
        {"type": "dance"},
    ]
    for language in ("en", "zh-CN"):
        texts = words(language)
        for example in examples:
            for problem in refusal(example).problems:
                assert set(PLACE.findall(texts[problem.code])) <= problem.values.keys(), problem
