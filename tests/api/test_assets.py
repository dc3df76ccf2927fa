"""The page's files, as they are sent."""

import gzip
import json
import re
import shutil
from pathlib import Path

import brotli
import httpx
import pytest
from kernelscope.api.pages.assets import Assets
from kernelscope.settings import STATIC

from tests.clients import make


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A copy of the page's files, as a wheel has them."""
    return shutil.copytree(STATIC, tmp_path / "static")


@pytest.fixture
def version(client: httpx.Client) -> str:
    """The one in the addresses of a page."""
    match = re.search(r"/static/([0-9a-f]{12})/main.js", client.get(f"/e/{make(client)}").text)
    assert match
    return match[1]


def test_a_file_of_a_version_is_kept_for_good(client: httpx.Client, version: str) -> None:
    answer = client.get(f"/static/{version}/main.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_without_a_version_and_with_another_there_is_todays_to_be_asked_for_again(
    client: httpx.Client, version: str
) -> None:
    now = client.get(f"/static/{version}/main.js")
    for path in ("main.js", "0123456789ab/main.js"):
        answer = client.get(f"/static/{path}")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.content == now.content
        known = client.get(f"/static/{path}", headers={"if-none-match": f'"x", W/{answer.headers["etag"]}'})
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["etag"] == answer.headers["etag"]
        assert known.headers["cache-control"] == "no-cache"


def test_each_gets_the_closest_coding_that_it_accepts(client: httpx.Client) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
    tags: dict[str | None, str] = {}
    plain = set()
    for accepted, coding in (
        ("gzip, deflate, br, zstd", "br"),
        ("BR;q=0.001", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=1.0, br ; Q=0.000", "gzip"),
        ("identity, brotli", None),
        ("", None),
    ):
        with client.stream("GET", "/static/charts/charts.js", headers={"accept-encoding": accepted}) as answer:
            body = b"".join(answer.iter_raw())
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers.get("content-encoding") == coding, accepted
        assert int(answer.headers["content-length"]) == len(body)
        plain.add(unpack[coding](body))
        assert tags.setdefault(coding, answer.headers["etag"]) == answer.headers["etag"]
    assert len(plain) == 1
    assert b"import" in plain.pop()
    assert len({*tags.values()}) == 3
    for coding, tag in tags.items():
        known = {"accept-encoding": "br", "if-none-match": tag}
        assert client.get("/static/charts/charts.js", headers=known).status_code == (304 if coding == "br" else 200)


def test_pages_and_json_come_compressed(client: httpx.Client) -> None:
    for path in (f"/e/{make(client)}", "/openapi.json"):
        answer = client.get(path, headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip", path
        assert "Accept-Encoding" in answer.headers["vary"]


def test_head_tells_what_get_would(client: httpx.Client) -> None:
    got, told = client.get("/static/charts/charts.js"), client.head("/static/charts/charts.js")
    assert told.content == b""
    for name in ("content-length", "content-encoding", "etag", "content-type"):
        assert told.headers[name] == got.headers[name]
    assert client.post("/static/charts/charts.js").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "../pyproject.toml",
        "%2e%2e/pyproject.toml",
        "//etc/passwd",
        "views",
        "",
        "vendor/.stamp",
        "built/main.js",
        "no.js",
        "%00",
    ],
)
def test_there_is_nothing_but_the_files(client: httpx.Client, version: str, path: str) -> None:
    for start in ("/static", f"/static/{version}"):
        answer = client.get(httpx.URL(client.base_url, raw_path=f"{start}/{path}".encode()))
        assert answer.status_code == 404


def test_who_edits_a_file_gets_it_with_the_next_page(tmp_path: Path) -> None:
    script = tmp_path / "main.js"
    script.write_text("export const one = 1;")
    assets = Assets(tmp_path)
    first = assets.newest()
    assert assets.newest() is first
    script.write_text("export const one = 11;")
    second = assets.newest()
    assert second.version != first.version
    found = second.find("main.js")
    assert found
    assert b"11" in found.plain


def test_a_page_fetches_ahead_what_its_script_imports_and_no_more(static: Path) -> None:
    release = Assets(static).newest()
    assert release.is_bundled, "a source was edited since the page was bundled: pip install -e ."
    modules = release.modules("main.js")
    assert modules
    assert all(re.fullmatch(r"chunks/[\w-]+-[0-9A-Z]{8}\.js", name) for name in modules)
    assert [name for name in modules if release.find(name) is None] == []
    assert len(set(modules)) == len(modules)
    both = release.modules("main.js", "charts/charts.js")
    assert "charts/charts.js" in {*both} - {*modules}, "what is imported later comes only if it is wanted at once"
    assert len(set(both)) == len(both)
    assert "main.js" not in both
    shutil.rmtree(static / "built")
    assert Assets(static).newest().modules("main.js") == [], "sources are found by the browser"


def test_what_was_bundled_is_served_until_a_source_is_edited(static: Path) -> None:
    assets = Assets(static)

    def sent(name: str) -> bytes:
        found = assets.newest().find(name)
        assert found, name
        return found.plain

    bundled = assets.newest()
    meta = json.loads((static / "built" / "meta.json").read_bytes())
    names = {path.removeprefix("built/") for path in meta["outputs"]}
    assert {"main.js", "theme-boot.js", "styles/frame.css", "styles/experiment.css"} <= names
    assert {"main.js", "draw/colormap.js", "styles/tokens.css", "vendor/uPlot.esm.js"} <= meta["digests"].keys()
    for name in names:
        assert sent(name) == (static / "built" / name).read_bytes()
    modules = bundled.modules("main.js")
    assert all(f'"./{name}"' in sent("main.js").decode() for name in modules)
    with_charts = bundled.modules("main.js", "charts/charts.js")
    assert any(b"https://github.com/leeoniya/uPlot" in sent(name) for name in with_charts), "whose it is"

    for edited in ("draw/colormap.js", "styles/tokens.css"):
        before = (static / edited).read_bytes()
        (static / edited).write_bytes(before + b"/* edited */")
        assert assets.newest().version != bundled.version
        for name in (edited, "main.js", "styles/experiment.css"):
            assert sent(name) == (static / name).read_bytes()
        assert not assets.newest().is_bundled
        (static / edited).write_bytes(before)
        assert assets.newest().version == bundled.version
        assert sent("main.js") == (static / "built" / "main.js").read_bytes()


def test_copies_compressed_with_brotli_are_of_what_is_served(static: Path) -> None:
    assets = Assets(static)
    bundled = assets.newest()
    words = [path.relative_to(static).as_posix() for path in static.glob("locales/**/*.json")]
    for name in ("charts/charts.js", "styles/frame.css", "icon.svg", *bundled.modules("main.js"), *words):
        found = bundled.find(name)
        assert found, name
        assert brotli.decompress(found.packed["br"]) == found.plain, name
        assert [*found.packed.values()] == sorted(found.packed.values(), key=len), "the closest first"

    (static / "locales/en.json").write_bytes((static / "locales/en.json").read_bytes() + b" " * 100)
    for name, packed in (("locales/en.json", {"gzip"}), ("locales/zh-CN.json", {"br", "gzip"})):
        found = assets.newest().find(name)
        assert found
        assert found.packed.keys() == packed, name
        assert gzip.decompress(found.packed["gzip"]) == (static / name).read_bytes()


def test_the_same_is_served_from_a_folder_of_the_wheels_kind(static: Path) -> None:
    assert Assets(static).newest().version == Assets(STATIC).newest().version
