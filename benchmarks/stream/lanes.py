"""The cost of further lanes, in steps per second and in frames of a page beside them."""

import time
from itertools import count

from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig
from threadpoolctl import threadpool_limits

from benchmarks.disturbance import Others
from benchmarks.stream.figures import Figure, Lengths
from benchmarks.stream.page import FRAMES, browser, frames, opened, script, started
from benchmarks.stream.serving import server

LANES = (1, 2, 4, 8)
LEAST = {8: 20}
"""The goal in frames per second by the number of lanes, where it is below what the page asks for."""
LOWEST, FACTOR = 0.01, 1.6
"""The lowest learning rate, and the factor from one to the next: all of them learn."""


def rates(lanes: int) -> list[dict[str, float]]:
    """Return `lanes` lanes with rates at which none diverges."""
    return [{"learning_rate": LOWEST * FACTOR**place} for place in range(lanes)]


def measure(lengths: Lengths) -> list[Figure]:
    """Measure, for each number of lanes, the engine alone and then a server with one page.

    Raises:
        Missing: Playwright or Chromium is.
    """
    figures: list[Figure] = []
    with browser() as chromium:
        for lanes in LANES:
            about = f", {lanes} lanes" if lanes > 1 else ", 1 lane"
            figures.append(_alone(lanes, lengths, about))
            with server() as served:
                page, origin = opened(chromium), f"http://127.0.0.1:{served.port}"
                created = page.request.post(f"{origin}/api/experiments", data={"lanes": rates(lanes)})
                page.goto(f"{origin}/e/{created.json()['id']}")
                started(page, lengths)
                painted, _ = frames(page, served, lengths.page, about, LEAST.get(lanes, FRAMES))
                figures += [painted, script(chromium, page, served, lengths.page, about)]
                page.close()
    return figures


def _alone(lanes: int, lengths: Lengths, about: str) -> Figure:
    """Measure steps with nothing else running."""
    with threadpool_limits(1, "blas"):
        config = ExperimentConfig(lanes=rates(lanes))
        experiment = Experiment(config, datasets.load(config.dataset))
        while experiment.step < 10:
            experiment.advance()
        others, begun = Others(), time.perf_counter()
        for _ in count():
            experiment.advance()
            if (passed := time.perf_counter() - begun) >= lengths.page:
                break
        experiment.parallel.close()
    return Figure(f"steps/s without a server{about}", (experiment.step - 10) / passed, others=others.share())
