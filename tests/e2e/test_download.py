"""A data set that has to be downloaded first, from a server on this machine that sends its beginning and waits."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernelscope.datasets.downloads import places
from kernelscope.settings import Settings
from playwright.sync_api import Locator, Page, expect

from tests.datasets.downloads import mirror
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, wait_for_step
from tests.listed import listed
from tests.serving import serving


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[mirror.Slow, str]]:
    """The mirror, and the address of a server that knows it."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(places, "usual_places", lambda: [tmp_path / "elsewhere"])
    slow, settings = mirror.Slow(), Settings(data_dir=tmp_path)
    with (
        mirror.mirror(behave=slow) as server,
        listed(mirror.digits(server.address)),
        serving(settings, mirror.worker) as address,
    ):
        yield slow, address
        slow.may.set()


def chosen(page: Page) -> Locator:
    """The download in the dialog, with the small data set chosen."""
    wait_for_step(page, 0)
    # It is chosen before the network of the present one has come.
    page.route("**/api/networks?dataset=digits", lambda route: None)
    reach(page, "#network").click()
    page.locator("#network-dialog [name=dataset]").select_option("small")
    return page.locator("#network-dialog .download")


def test_it_is_offered_followed_stopped_and_then_opened(slow: tuple[mirror.Slow, str], open_page: OpenPage) -> None:
    mirror_, address = slow
    page = open_page(f"{address}/?lang=en", tolerated="409")
    download = chosen(page)
    expect(download.locator("[data-part=about]")).to_have_text(re.compile(r"^To be downloaded: .* MB\. made\."))
    expect(page.locator("#network-dialog [data-part=sum]")).to_contain_text("11,466 parameters")
    page.locator("#network-dialog [value=begin]").click()
    begin, stop = download.locator("[value=download]"), download.locator("[value=stop]")
    expect(begin).to_be_focused()
    begin.click()
    expect(stop).to_be_focused()
    expect(download.locator("progress")).to_have_js_property("value", 100)
    # It goes on without the page.
    page.reload()
    download = chosen(page)
    expect(stop).to_be_visible()
    stop.click()
    expect(begin).to_have_text("Continue the download")
    expect(page.locator("#network-dialog [data-part=refusal]")).to_have_text("")
    # Where an address wants it, the page offers it too, and opens the experiment once it is here.
    page.goto(f"{address}/?data=small&seed=7")
    expect(page.locator("h1")).to_have_text("This experiment’s images have to be downloaded first")
    page.get_by_role("button", name="Continue the download").click()
    mirror_.may.set()
    expect(page).to_have_url(re.compile("/e/"))
    wait_for_step(page, 0)
    expect(page.locator("#description")).to_contain_text("Small · 40 images")
