"""What the tab *What it sees* costs training: its speed beside a page that shows it, of that beside one that does not.

A turn with panels is compared with the mean of the turns without them just before and after it, because a shared
machine's speed changes within seconds. Steps are also counted by the worker's own processor time, in which what
painting takes from the same cores doesn't show.
"""

from statistics import mean, median
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.stream.figures import Figure, Lengths, spread
from benchmarks.stream.page import WIDTH, browser, started
from benchmarks.stream.serving import Served, server
from benchmarks.stream.use import Taken, Use, share_of_others

if TYPE_CHECKING:
    from playwright.sync_api import Page

HEIGHT = 3200
"""Pixels: all panels are in sight, which some wait for."""
PANELS = ("best-patches", "maximisation", "saliency", "errors", "emergence")
CASES = {
    "best patches": (("sees", ()), ("sees", ("best-patches",)), 95),
    "all of What it sees": (("kernels", ()), ("sees", PANELS), 85),
}
"""For each case the tab and the panels of a turn without them, of one with them, and the goal in per cent."""
OPEN = """
([tab, panels, all]) => {
  const closed = tab === "kernels" ? "sees" : "kernels";
  document.querySelector(`#tab-${closed}`).click();
  for (const id of all) document.querySelector(`#${id}`).toggleAttribute("data-gone", !panels.includes(id));
  document.querySelector(`#tab-${tab}`).click();
}
"""
GLANCE = """
() => new Promise((resolve) => {
  const status = document.querySelector("#status-step");
  const seen = new MutationObserver(() => {
    seen.disconnect();
    resolve([Number(status.dataset.step), performance.now()]);
  });
  seen.observe(status, { attributeFilter: ["data-step"] });
})
"""
"""The step when the page next writes one, and the time."""


class Turn(NamedTuple):
    """The measurements of a few seconds."""

    steps: float
    """Steps per second."""
    work: float
    """Steps per second of the worker's processor time; 0: unknown."""
    taken: Taken


def measure(lengths: Lengths) -> list[Figure]:
    """Measure in rounds.

    Raises:
        Missing: Playwright or Chromium is.
    """
    with browser() as chromium, server() as served:
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"http://127.0.0.1:{served.port}/")
        started(page, lengths)
        turns: dict[str, list[tuple[Turn, Turn, Turn]]] = {case: [] for case in CASES}
        for _ in range(lengths.rounds):
            for case, (without, panels, _) in CASES.items():
                before, during, after = (take_turn(page, served, lengths, *one) for one in (without, panels, without))
                turns[case].append((before, during, after))
        page.close()
    return [_figure(case, of_these) for case, of_these in turns.items()]


def take_turn(page: "Page", served: Served, lengths: Lengths, tab: str, panels: tuple[str, ...]) -> Turn:
    """Measure the speed of training while the page shows this."""
    page.evaluate(OPEN, [tab, panels, PANELS])
    page.wait_for_timeout(1000 * lengths.settle)
    (step, begun), use = page.evaluate(GLANCE), Use(served)
    page.wait_for_timeout(1000 * lengths.turn)
    (last, ended), taken = page.evaluate(GLANCE), use.taken()
    seconds = (ended - begun) / 1000
    busy = taken.cores.get("worker", 0.0) * seconds
    return Turn((last - step) / seconds, (last - step) / busy if busy else 0.0, taken)


def _figure(case: str, turns: list[tuple[Turn, Turn, Turn]]) -> Figure:
    shares = [100 * during.steps / mean([before.steps, after.steps]) for before, during, after in turns]
    work = [
        100 * during.work / mean([before.work, after.work])
        for before, during, after in turns
        if before.work and after.work
    ]
    more = f"{spread(shares)}; {spread([during.steps for _, during, _ in turns])} steps/s"
    if work:
        more += f"; of the steps in a second of the worker's time {spread(work)} %"
    return Figure(
        f"training speed with {case}, of that without",
        median(shares),
        " %",
        CASES[case][2],
        more=more,
        others=share_of_others([turn.taken for three in turns for turn in three]),
        numbers={
            "shares": shares,
            "work": work,
            "turns": [[turn._asdict() | {"taken": turn.taken._asdict()} for turn in three] for three in turns],
        },
    )
