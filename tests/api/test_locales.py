import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.locales import LANGUAGES, choose, matching
from server.experiment import verdict
from server.experiment.observation import EARLY, OFTEN, SELDOM
from server.settings import STATIC


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
    for kind, thresholds in {
        "measuring": [OFTEN, EARLY, SELDOM],
        "plateau": [round(100 * verdict.PLATEAU)],
        "slow": [verdict.SLOW, verdict.SLOW_ON_PLATEAU],
        "healthy": [verdict.SLOW, round(100 * verdict.ROSE)],
        "overshooting": [round(100 * verdict.ROSE), verdict.LONG],
    }.items():
        told = re.findall(r"\d+(?:\.\d+)?", texts[f"verdict.{kind}.title"])
        assert {f"{threshold:g}" for threshold in thresholds} <= set(told)
