from collections.abc import Iterator

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

# The same examples at each run: a build that fails has found something new in the code, not in the dice.
settings.register_profile("the same", derandomize=True, database=None, deadline=None)
settings.load_profile("the same")


@pytest.fixture(autouse=True, scope="session")
def blas_on_one_thread() -> Iterator[None]:
    """As in a worker. With its own threads BLAS takes many times as long for matrices as small as ours."""
    with threadpool_limits(1, "blas"):
        yield
