from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def blas_on_one_thread() -> Iterator[None]:
    """As in a worker. With its own threads BLAS takes many times as long for matrices as small as ours."""
    with threadpool_limits(1, "blas"):
        yield
