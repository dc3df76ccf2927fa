"""A class of one teacher and five students, in real pages."""

import re
import secrets
from pathlib import Path
from types import SimpleNamespace

import pytest
from kernelscope.settings import Settings
from playwright.sync_api import Locator, Page, expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step
from tests.e2e.test_accessibility import complaints
from tests.serving import serving

UNUSABLE = """[...document.querySelectorAll("button:disabled, select:disabled, input:disabled")]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.closest("#timeline"))
    .filter(one => !one.matches(".rate") || getComputedStyle(one).appearance !== "none")
    .map(one => one.outerHTML)"""
"""The controls that are shown, though nothing can be done with them."""
SIZES = ((1440, 900), (1280, 720), (1024, 768), (768, 1024), (360, 740))


def parameter(page: Page, name: str) -> str | None:
    """A setting in the page's address."""
    value: str | None = page.evaluate("name => new URLSearchParams(location.search).get(name)", name)
    return value


def counts(teacher: Page, following: int, wandering: int) -> None:
    expect(teacher.locator("#class [data-part=following]")).to_have_text(f"{following} follow")
    expect(teacher.locator("#class [data-part=wandering]")).to_have_text(f"{wandering} look around")


def board(page: Page) -> Locator:
    return page.locator('#board canvas[data-layer="conv1"][data-lane="B"]')


def answer(page: Page, way: str) -> Locator:
    return page.locator(f'#class-question button[value="{way}"]')


def test_a_class_follows_its_teacher_looks_around_and_answers(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = SimpleNamespace(token_urlsafe=lambda _: "the-key", compare_digest=secrets.compare_digest)
    monkeypatch.setattr("kernelscope.api.guards.classroom.secrets", known)
    with serving(Settings(data_dir=tmp_path, classroom=True, threads=1), few.worker) as address:
        early = open_page(address, prepare=lambda page: page.clock.install())
        expect(early.locator("h1")).to_have_text("Class has not started")
        teacher = open_page(f"{address}/?teacher=the-key&seed=3")
        wait_for_step(teacher, 0)
        with early.expect_navigation(url=re.compile("/w/")):
            early.clock.run_for(6000)
        early.clock.resume()
        students = [early]
        students += [open_page(address, width=width, height=height) for width, height in SIZES[1:]]
        for student in students:
            wait_for_step(student, 0)
            expect(student.locator("#class")).to_contain_text("Following the teacher")
            expect(student.locator("#watching")).to_be_hidden()
            expect(student.locator("#start")).to_be_hidden()
            assert not student.evaluate(UNUSABLE), "what a student can't use is not in the way"
            expect(student.locator("#class")).to_contain_text("Only the teacher starts")
        counts(teacher, 5, 0)

        teacher.keyboard.press("3")
        for student in students:
            expect(student.locator("#tab-weight")).to_have_attribute("aria-current", "true")
        teacher.keyboard.press("1")
        teacher.check("#own-scales")
        for student in students:
            expect(student.locator("#own-scales")).to_be_checked()
        teacher.uncheck("#own-scales")
        for student in students:
            expect(student.locator("#own-scales")).not_to_be_checked()
        teacher.click("#step")
        wait_for_step(teacher, 1)
        teacher.click("#step")
        wait_for_step(teacher, 2)
        board(teacher).click(position={"x": 40, "y": 20})
        expect(teacher).to_have_url(re.compile("cell="))
        cell = parameter(teacher, "cell")
        teacher.click("#image-card button[value='1']")
        slider = teacher.locator("#timeline input")
        slider.scroll_into_view_if_needed()
        expect(slider).to_be_enabled()
        slider.fill("1")
        for student in students:
            wait_for_step(student, 2)
            expect(student.locator("#tab-kernels")).to_have_attribute("aria-current", "true")
            expect(student).to_have_url(re.compile("at=1(&|$)"))
            expect(student.locator("#board")).to_have_attribute("data-past", "")
            assert (parameter(student, "cell"), parameter(student, "image")) == (cell, "1")

        one, other, *rest = students
        other.click("#tab-rate")
        counts(teacher, 4, 1)
        expect(other.locator("#class")).to_contain_text("You are looking around")
        teacher.click("#timeline button[value=now]")
        expect(one.locator("#board")).not_to_have_attribute("data-past", "")
        teacher.keyboard.press("2")
        expect(one.locator("#tab-step")).to_have_attribute("aria-current", "true")
        expect(other.locator("#tab-rate")).to_have_attribute("aria-current", "true")
        other.click('#class button[value="back"]')
        expect(other.locator("#tab-step")).to_have_attribute("aria-current", "true")
        counts(teacher, 5, 0)
        teacher.keyboard.press("1")

        ring = other.locator("#class-ring")
        teacher.keyboard.press("p")
        teacher.locator("#status-step").hover()
        expect(ring).to_be_visible()
        here, there = ring.bounding_box(), other.locator("#status-step").bounding_box()
        assert here
        assert there
        assert here["x"] < there["x"] < here["x"] + here["width"]
        board(teacher).hover(position={"x": 45, "y": 33})
        expect(ring).to_have_css("width", re.compile(r"^[12]\dpx|^[12]\d\.\d+px"))  # a cell, and not the line
        spot = ring.bounding_box()
        assert spot
        board(teacher).click(position={"x": 45, "y": 33})
        expect(teacher).not_to_have_url(re.compile(f"cell={re.escape(cell or '')}(&|$)"))
        pointed = parameter(teacher, "cell")
        for student in students:
            expect(student).to_have_url(re.compile(f"cell={re.escape(pointed or '')}(&|$)"))
        teacher.keyboard.press("p")
        expect(ring).to_be_hidden()
        other.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
        assert parameter(other, "cell") == pointed, "in a window of another size, the ring is around the same weight"

        teacher.click("#class-ask")
        for student, way in zip(students, ("up", "up", "up", "down", "down"), strict=True):
            expect(student.locator("#class-question")).to_contain_text("go up or down")
            answer(student, way).click()
        expect(answer(teacher, "up")).to_be_disabled()
        answer(rest[-1], "up").click()
        for page in (teacher, *students):
            expect(answer(page, "up").locator("b")).to_have_text("4")
            expect(answer(page, "down").locator("b")).to_have_text("1")
        for page in (teacher, rest[-1]):
            assert not complaints(page)
        teacher.click('#class-question button[value="close"]')
        expect(answer(one, "down")).to_be_disabled()
        teacher.click('#class-question button[value="step"]')
        exact = teacher.locator("#class-question [data-part=truth]")
        expect(exact).to_contain_text(re.compile("Step 3 (made it go (up|down): from|left it)"))
        for student in students:
            expect(student.locator("#class-question [data-part=truth]")).to_have_text(exact.inner_text())
            expect(answer(student, "up").locator("b")).to_have_text("4")
        teacher.click('#class-question button[value="dismiss"]')
        expect(one.locator("#class-question")).to_be_hidden()

        old = teacher.url.partition("?")[0].rpartition("/")[2]
        left = teacher.evaluate(
            "id => fetch(`/api/experiments/${id}`, { method: 'DELETE' }).then((answer) => answer.status)", old
        )
        assert left == 204
        expect(one.locator("#class")).to_contain_text("What comes next appears here")
        expect(one.locator("#banner")).to_be_hidden()
        teacher.goto(f"{address}/?seed=9&tab=weight")
        for student in students:
            expect(student).to_have_url(re.compile(f"/w/(?!{old})"))
            expect(student.locator("#tab-weight")).to_have_attribute("aria-current", "true")
        counts(teacher, 5, 0)
        for page in (*students, teacher):
            page.goto("about:blank")  # before the server goes
