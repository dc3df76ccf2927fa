"""Each language of the page has its words."""

from pathlib import Path

import pytest
from kernelscope.api.pages.locales import LANGUAGES
from kernelscope.settings import STATIC

LOCALES = STATIC / "locales"


@pytest.mark.parametrize("folder", [LOCALES, *(path for path in sorted(LOCALES.iterdir()) if path.is_dir())])
def test_each_language_has_its_file_and_each_file_its_language(folder: Path) -> None:
    assert {path.stem for path in folder.glob("*.json")} == {language.code for language in LANGUAGES}
