"""What of a page shifts without being asked to, as the browser counts it (https://wicg.github.io/layout-instability)."""

from typing import Any

from playwright.sync_api import Page

MOST = 0.01
"""Of the sum of layout shift scores: a tenth of what counts as good."""


PARTS = "section, header, details, summary, button, input, select, canvas, figure, table"
"""Not lines of text, which may be followed by more or fewer of them."""


def watch_shifts(page: Page, *, from_the_beginning: bool) -> None:
    """Of the page or from now on; what moves right after a click or a key as well."""
    page.evaluate(
        """({ buffered, parts }) => {
            window.shifts = [];
            const described = ({ node, previousRect: a, currentRect: b }) => ({
                of: `${node?.nodeName}#${node?.id} ${[a.y, a.height]} → ${[b.y, b.height]}`,
                down: node instanceof Element && node.matches(parts) ? Math.abs(b.y - a.y) : 0,
            });
            new PerformanceObserver((list) => {
                for (const { value, sources } of list.getEntries())
                    shifts.push({ value, moved: sources.map(described) });
            }).observe({ type: "layout-shift", buffered });
        }""",
        {"buffered": from_the_beginning, "parts": PARTS},
    )


def assert_stays_put(page: Page) -> None:
    """Since the page is watched nothing has moved up or down; a slider or a mark may have moved along."""
    moved = [part for shift in _shifts(page) for part in shift["moved"] if part["down"] > 1]
    assert not moved, moved


def assert_no_shift(page: Page) -> None:
    """Since the page is watched."""
    shifts = _shifts(page)
    assert sum(shift["value"] for shift in shifts) < MOST, shifts


def _shifts(page: Page) -> list[dict[str, Any]]:
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))")  # reported late
    shifts: list[dict[str, Any]] = page.evaluate("shifts")
    return shifts
