import json
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.pages.locales import LANGUAGES, choose, matching
from kernelscope.experiment.evidence import ALONG, OTHERS
from kernelscope.experiment.probe import PROBES_PER_CLASS
from kernelscope.settings import STATIC
from kernelscope.studies import verdict


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh-CN", "zh-CN"),
        ("ZH", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("de", None),
        ("", None),
    ],
)
def test_a_tag_finds_its_language(tag: str, code: str | None) -> None:
    assert matching(tag) == code


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "code"),
    [
        (None, None, None, "en"),
        ("zh-CN", "en", "en", "zh-CN"),
        (None, "zh-CN", "en", "zh-CN"),
        ("xx", None, "zh", "zh-CN"),
        (None, None, "de,zh;q=0.5,en;q=0.4", "zh-CN"),
        (None, None, "en;q=0.4, zh-TW;q=0.9", "zh-CN"),
        (None, None, "zh;q=0", "en"),
        (None, None, "zh;q=high", "en"),
    ],
)
def test_the_address_comes_before_the_cookie_before_the_browser(
    query: str | None, cookie: str | None, accept: str | None, code: str
) -> None:
    assert choose(query, cookie, accept) == code


@given(st.text(), st.text(), st.text())
def test_whatever_comes_there_is_a_language(query: str, cookie: str, accept: str) -> None:
    assert choose(query, cookie, accept) in {language.code for language in LANGUAGES}


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_the_rules_of_the_verdicts_are_told_with_the_thresholds_that_are_in_force(code: str) -> None:
    texts = json.loads((STATIC / "locales" / f"{code}.json").read_text("utf-8"))
    behind, swing = 100 * verdict.BEHIND, [OTHERS, 100 * verdict.SWING]
    for key, thresholds in {
        "catching.title": [behind, 100 * verdict.CATCHING],
        "slow.title": [behind],
        "large.title": [behind],
        "behind.title": [behind],
        "swinging.title": [behind, *swing],
        "above.title": [verdict.ABOVE],
        "plateau.title": [verdict.PLATEAU, 100 * verdict.HALF, OTHERS, ALONG[-1]],
        "converged.title": [OTHERS, verdict.CONVERGED, 100 * verdict.FLAT],
        "alone.title": [verdict.PLATEAU, 100 * verdict.HALF, *swing],
        "working.title": [behind, verdict.PLATEAU, 100 * verdict.HALF, *swing],
        "collapsed.title": [PROBES_PER_CLASS],
    }.items():
        told = re.findall(r"\d+(?:\.\d+)?", re.sub(r"\{\w+\}", "", texts[f"verdict.{key}"]))
        assert {f"{threshold:g}" for threshold in thresholds} <= set(told), key


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_how_many_other_images_a_loss_line_is_of(code: str) -> None:
    assert f"{OTHERS}" in json.loads((STATIC / "locales" / "studies" / f"{code}.json").read_text("utf-8"))["line.tells"]


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_every_verdict_has_its_words(code: str) -> None:
    texts = json.loads((STATIC / "locales" / f"{code}.json").read_text("utf-8"))
    for kind in get_args(verdict.Kind):
        assert f"verdict.{kind}.title" in texts
        assert f"verdict.{kind}" in texts or f"lane.fact.{kind}" in texts or f"lane.fact.{kind}.loss" in texts
