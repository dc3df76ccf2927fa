"""Drawing on the pad, with the mouse."""

from playwright.sync_api import Page

Place = tuple[float, float]
"""Shares of the sheet's width and height."""
SEVEN = [(0.3, 0.25), (0.7, 0.25), (0.5, 0.5), (0.42, 0.85)]


def draw(page: Page, places: list[Place]) -> None:
    """Draw a line through these places of the sheet, which is open."""
    sheet = page.locator("#pad .pad-sheet canvas").bounding_box()
    assert sheet
    points = [(sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()
