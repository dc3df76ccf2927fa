"""What a test needs and a machine may not have."""

import os
from typing import NoReturn

import pytest


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test, with the reason; in CI, where everything is installed, fail it."""
    reason = f"no {what} found: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
