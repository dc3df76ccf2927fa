from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

# The same examples at each run: a build that fails has found something new in the code, not in the dice.
settings.register_profile("the same", derandomize=True, database=None, deadline=None)
settings.load_profile("the same")

TESTS = Path(__file__).parent
BROWSERS = {"e2e", "browsers"}


@pytest.hookimpl(tryfirst=True)  # before xdist looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes: one has all that needs a browser, which is half of the time, the other the rest, file by file."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        group = "browser" if folder in BROWSERS else str(item.path.relative_to(TESTS))
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True, scope="session")
def blas_on_one_thread() -> Iterator[None]:
    """As in a worker. With its own threads BLAS takes many times as long for matrices as small as ours."""
    with threadpool_limits(1, "blas"):
        yield
