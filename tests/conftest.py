import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings
from kernelscope import datasets
from kernelscope.datasets import Dataset, kept
from kernelscope.hosting.clock import Clock
from kernelscope.runner import process
from kernelscope.settings import Settings
from threadpoolctl import threadpool_limits

from tests.api.page import Page, watch
from tests.clients import NAVIGATION, Serve, make
from tests.serving import Workers, serving

# The same examples at each run: a build that fails has found something new in the code, not in the dice.
settings.register_profile("the same", derandomize=True, database=None, deadline=None)
settings.load_profile("the same")

TESTS = Path(__file__).parent
BROWSERS = {"e2e", "browsers"}


@pytest.hookimpl(tryfirst=True)  # before xdist looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that need a browser stay together in two groups, each with one Chromium and one server; others go alone.

    A group is given to a process as a whole, and the larger ones first.
    """
    files = {item.path: item.path.relative_to(TESTS) for item in items}
    browsing = sorted(path for path, file in files.items() if file.parts[0] in BROWSERS)
    groups = {path: f"browser {number % 2}" for number, path in enumerate(browsing)}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups.get(item.path, str(files[item.path]))))


@pytest.fixture(autouse=True, scope="session")
def blas_on_one_thread() -> Iterator[None]:
    """As in a worker. With its own threads BLAS takes many times as long for matrices as small as ours."""
    with threadpool_limits(1, "blas"):
        yield


@pytest.fixture(autouse=True, scope="session")
def workers_start_warm() -> Iterator[None]:
    """Workers are processes of their own, but Python, NumPy and the data set are loaded once for all of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.preloaded"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "1")  # a process with threads must not fork
        forkserver.ensure_running()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "_spawn", context)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_data_sets_of_who_runs_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    kept.keep_in(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return datasets.load("digits")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server that all these tests share."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), max_experiments=4)
    with serving(settings) as address, httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client:
        yield client


@pytest.fixture
def id(client: httpx.Client) -> str:
    """An experiment of the client's."""
    return make(client)


@pytest.fixture
def page(client: httpx.Client, id: str) -> Iterator[Page]:
    """A page of it, that holds its controls."""
    with watch(client, id) as page:
        yield page


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """A client of a server of the test's own. What one server keeps the next finds."""

    @contextmanager
    def serve(workers: Workers | None = None, clock: Clock | None = None, **settings: Any) -> Iterator[httpx.Client]:
        new_worker = (workers if workers is not None else Workers()).start
        with (
            serving(Settings(data_dir=tmp_path, **settings), new_worker, clock) as address,
            httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client,
        ):
            yield client

    return serve


@pytest.fixture
def own(serve: Serve) -> Iterator[httpx.Client]:
    """A client of a server of the test's own, with room for two experiments."""
    with serve(max_experiments=2) as client:
        yield client
