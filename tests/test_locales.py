"""Each language of the page has its words."""

import json
from pathlib import Path

import pytest
from kernelscope import datasets
from kernelscope.api.pages.locales import LANGUAGES
from kernelscope.settings import STATIC

LOCALES = STATIC / "locales"


@pytest.mark.parametrize("folder", [LOCALES, *(path for path in sorted(LOCALES.iterdir()) if path.is_dir())])
def test_each_language_has_its_file_and_each_file_its_language(folder: Path) -> None:
    assert {path.stem for path in folder.glob("*.json")} == {language.code for language in LANGUAGES}


def test_every_class_has_a_name_in_each_other_language() -> None:
    # English is what the data sets themselves say; digits and kana are the same everywhere.
    every = {name for about in datasets.available() if about.origin != "own" for name in about.classes}
    classes = {name for name in every if name.isascii() and not name.isdigit()}
    for language in LANGUAGES:
        words = json.loads((LOCALES / "page" / f"{language.code}.json").read_text(encoding="utf-8"))
        named = {key.removeprefix("class_name.") for key in words if key.startswith("class_name.")}
        assert named == (set() if language.code == "en" else classes)
