"""The page's files, as they are sent."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from server.api import smaller
from server.api.assets import Assets
from server.settings import STATIC, TEMPLATES
from tests.api.conftest import make
from tests.test_static import node

COMPARE = """
const { createRequire } = require("node:module");
const acorn = createRequire(process.cwd() + "/")("acorn");
const bare = (key, value) =>
  key === "start" || key === "end" || key === "raw" ? undefined : typeof value === "bigint" ? String(value) : value;
const tree = (source) => JSON.stringify(acorn.parse(source, { ecmaVersion: "latest", sourceType: "module" }), bare);
const pairs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(Object.keys(pairs).filter((name) => tree(pairs[name][0]) !== tree(pairs[name][1]))));
"""


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


def test_who_understands_gzip_gets_it(client: httpx.Client) -> None:
    tags = set()
    for accepted, packed in (("gzip, br", True), ("br", False), ("identity", False)):
        with client.stream("GET", "/static/main.js", headers={"accept-encoding": accepted}) as answer:
            body = b"".join(answer.iter_raw())
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
        assert int(answer.headers["content-length"]) == len(body)
        text = gzip.decompress(body) if packed else body
        assert b"import" in text
        tags.add((answer.headers["etag"], packed))
    assert len(tags) == 2


def test_pages_and_json_come_compressed(client: httpx.Client) -> None:
    for path in (f"/e/{make(client)}", "/openapi.json"):
        answer = client.get(path, headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip", path
        assert "Accept-Encoding" in answer.headers["vary"]


def test_head_tells_what_get_would(client: httpx.Client) -> None:
    got, told = client.get("/static/main.js"), client.head("/static/main.js")
    assert told.content == b""
    for name in ("content-length", "content-encoding", "etag", "content-type"):
        assert told.headers[name] == got.headers[name]
    assert client.post("/static/main.js").status_code == 405


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "//etc/passwd", "views", "", "vendor/.stamp", "no.js", "%00"]
)
def test_there_is_nothing_but_the_files(client: httpx.Client, version: str, path: str) -> None:
    for start in ("/static", f"/static/{version}"):
        answer = client.get(httpx.URL(client.base_url, raw_path=f"{start}/{path}".encode()))
        assert answer.status_code == 404


def test_who_edits_a_file_gets_it_with_the_next_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("")
    script = tmp_path / "main.js"
    script.write_text("export const one = 1;")
    assets = Assets(tmp_path, tmp_path)
    first = assets.newest()
    assert assets.newest() is first
    script.write_text("export const one = 11;")
    second = assets.newest()
    assert second.version != first.version
    found = second.find("main.js")
    assert found
    assert b"11" in found.plain


def test_a_page_fetches_ahead_what_its_script_imports_and_no_more() -> None:
    release = Assets(STATIC, TEMPLATES).newest()
    modules = release.modules("main.js")
    assert [name for name in modules if release.find(name) is None] == []
    assert "draw/colormap.js" in modules, "what is imported by what is imported"
    assert len(set(modules)) == len(modules)
    assert "views/lane-editor.js" not in modules, "what is imported when it is wanted"


def test_scripts_are_sent_small_and_mean_the_same() -> None:
    if not (STATIC.parent / "node_modules" / "acorn").is_dir():
        pytest.skip("no node_modules: npm ci gives the parser")
    pairs = {}
    for path in STATIC.rglob("*.js"):
        if "vendor" not in path.parts:
            source = path.read_text("utf-8")
            pairs[str(path)] = [source, smaller.script(source)]
    command = [node(), "-e", COMPARE]
    done = subprocess.run(
        command, input=json.dumps(pairs), cwd=STATIC.parent, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [], (
        "has it a template in a template? Its spaces would be lost: name the inner one"
    )
    assert sum(len(small) for _, small in pairs.values()) < 0.65 * sum(len(source) for source, _ in pairs.values())


def test_texts_that_only_templates_write_are_not_sent() -> None:
    dictionary = {"a.title": "A", "a.said": "B", "state.open": "C", "help.a": "D", "kept": "E"}
    scripts = ['text("a.said")', "text(`state.${state}`)"]
    templates = [
        """{{ t("a.title") }} {{ t('a.said') }} {{ t("state.open") }} {{ t("help.a") }}<p data-help="help.a">"""
    ]
    sent = json.loads(smaller.texts(json.dumps(dictionary), scripts, templates))
    assert sent == {key: text for key, text in dictionary.items() if key != "a.title"}


def test_the_same_is_served_from_a_folder_of_the_wheels_kind(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    there, here = Assets(tmp_path / "static", tmp_path / "templates").newest(), Assets(STATIC, TEMPLATES).newest()
    assert there.version == here.version
