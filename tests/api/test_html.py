"""The pages are valid HTML."""

import os
import subprocess
from pathlib import Path

import httpx
import pytest
from kernelscope.api.guards.classroom import Classroom
from kernelscope.api.pages.locales import LANGUAGES
from kernelscope.api.pages.plain import PARTS
from kernelscope.store import Store, StoreError

from tests.api.page import watch
from tests.clients import Serve, make
from tests.test_static import ROOT, node

VALIDATE = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"


@pytest.fixture
def validate(tmp_path: Path) -> list[str]:
    """The command, before the files."""
    if not VALIDATE.exists():
        reason = "no html-validate found: npm ci installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return [node(), str(VALIDATE), "--preset", "standard"]


def broken(store: Store, id: str) -> None:
    raise StoreError("damaged", store.path, "a test")


def test_every_page_in_every_language_is_valid(
    serve: Serve, tmp_path: Path, validate: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: dict[str, httpx.Response] = {}
    for language in LANGUAGES:
        headers = {"accept-language": language.code}
        with serve(max_experiments=1, classroom=True) as client:
            answers[f"classroom-{language.code}"] = client.get("/", headers=headers)
            with monkeypatch.context() as patch:
                patch.setattr(Classroom, "may_open", lambda classroom, visitor: True)
                id = make(client)
                answers[f"teacher-{language.code}"] = client.get(f"/e/{id}", headers=headers)
                answers[f"student-{language.code}"] = client.get(f"/w/{id}?projection=1", headers=headers)
        with serve(max_experiments=1) as client:
            id = make(client)
            paths = {
                "page": f"/e/{id}",
                "watching": f"/w/{id}",
                "gone": "/e/no",
                "docs": "/docs",
                "gallery": "/gallery",
                "download": "/?data=cifar10",
            }
            for name, path in paths.items():
                answers[f"{name}-{language.code}"] = client.get(path, headers=headers)
            parts = [client.get(f"/parts/{language.code}/{name}").text for name in PARTS]
            assert client.get(f"/parts/{language.code}/page").status_code == 404
            unknown = {**headers, "sec-fetch-mode": "no-cors"}
            answers[f"welcome-{language.code}"] = client.get("/?seed=5&theme=dark", headers=unknown)
            with watch(client, id) as watching:
                watching.text("audience")  # of the only experiment that there may be
                answers[f"full-{language.code}"] = client.get("/", headers=headers)
            with monkeypatch.context() as patch:
                patch.setattr(Store, "load", broken)
                answers[f"unkept-{language.code}"] = client.get("/e/somewhere", headers=headers)
            assert client.delete(f"/api/experiments/{id}").status_code == 204
    files = []
    for name, answer in answers.items():
        expected = {"gone": 404, "download": 409, "full": 503, "unkept": 503}
        assert answer.status_code == expected.get(name.partition("-")[0], 200), name
        assert "text/html" in answer.headers["content-type"], name
        assert f'lang="{name.partition("-")[2]}"' in answer.text
        files.append(tmp_path / f"{name}.html")
        whole = answer.text.replace("</body>", "".join(parts) + "</body>") if name.startswith("page-") else answer.text
        files[-1].write_text(whole, "utf-8")
    done = subprocess.run([*validate, *map(str, files)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
