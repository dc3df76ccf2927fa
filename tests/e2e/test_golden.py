"""The golden messages in the browser: every number of every tensor, and each where the page looks for it."""

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage
from tests.golden import FOLDER, MESSAGES

READ = """async (text) => {
  const { readFrames } = await import("/static/stream/wire.js");
  const { decodeMessage } = await import("/static/stream/protocol.js");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const number = (value) => (Number.isFinite(value) ? value : String(value));
  const values = (data) => Array.from(data, number);
  const DTYPES = new Map([[Float32Array, "f4"], [Float64Array, "f8"], [Int32Array, "i4"], [Int8Array, "i1"]]);
  const frames = readFrames(bytes.buffer).map(({ kind, directory: { tensors: _, ...directory }, tensors }) => ({
    kind,
    directory,
    tensors: Object.fromEntries(
      Array.from(tensors, ([name, { shape, data }]) => {
        return [name, { dtype: DTYPES.get(data.constructor), shape, values: values(data) }];
      }),
    ),
  }));
  // Typed arrays as lists, maps as objects; the snapshot's tensors have been seen already.
  const plain = (key, value) =>
    key === "tensors" ? undefined
    : ArrayBuffer.isView(value) ? values(value)
    : value instanceof Map ? Object.fromEntries(value)
    : value;
  return { frames, message: JSON.parse(JSON.stringify(decodeMessage(bytes.buffer), plain)) };
}"""


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    return open_page(f"{address}/docs")  # any page whose modules may be imported


def test_every_frame_reads_as_python_wrote_it(page: Page) -> None:
    for name in MESSAGES:
        expected = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        read = page.evaluate(READ, base64.b64encode((FOLDER / f"{name}.bin").read_bytes()).decode())
        assert read["frames"] == expected, name
        kinds = [frame["kind"] for frame in expected]
        message = read["message"]
        for frame, meaning in zip(expected, meanings(message), strict=True):
            assert meaning == meant(frame), name
        assert len(message["scalars"]) == kinds.count(1)
        assert (len(message["kernels"]) > 0, message["snapshot"] is not None) == (3 in kinds, 2 in kinds)


def meanings(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The frames of a message, in order, without the name of their kind."""
    frames = [*message["scalars"], *message["kernels"], message["snapshot"]]
    return [{key: value for key, value in frame.items() if key != "kind"} for frame in frames if frame]


MAY_BE_ABSENT = ["test.step", "test.loss", "test.accuracy", "observed.step", "observed.ratio", "observed.norm"]


def meant(frame: dict[str, Any]) -> dict[str, Any]:
    """What the page's decoder should make of a golden frame."""
    members = {camel(key): value for key, value in frame["directory"].items()}
    tensors = {camel(key): tensor["values"] for key, tensor in frame["tensors"].items()}
    if frame["kind"] == 1:
        norm = frame["tensors"].get("observed.norm", {"shape": [0, 0, 0]})["shape"]
        lanes = {"lanes": frame["tensors"]["loss"]["shape"][1], "filters": norm[2] if norm[0] else 0}
        columns = {name: tensor["values"] for name, tensor in frame["tensors"].items()}
        return {"columns": {**{name: [] for name in MAY_BE_ABSENT}, **columns}, **members, **lanes}
    if frame["kind"] == 3:
        absent = dict.fromkeys(["gradient", "update", "before", "responses", "sensitivities"])
        return {**absent, **members, **tensors}
    limits = {name: {camel(key): value for key, value in limit.items()} for name, limit in members["limits"].items()}
    return {"image": None, "laneLimits": {}, "symlogLimits": {}, **members, "limits": limits}


def camel(name: str) -> str:
    first, *rest = name.replace(".", "_").split("_")
    return first + "".join(map(str.capitalize, rest))


def test_what_departs_from_the_document_is_refused(page: Page) -> None:
    running, scalars = ((FOLDER / f"{name}.bin").read_bytes() for name in ("running", "scalars"))
    kernel = running[len(scalars) : running.index(b"KSCP", len(scalars) + 4)]
    spoiled_messages = {
        "version": scalars[:4] + b"\x01" + scalars[5:],
        "cut": running[:-8],
        "kernel alone": kernel,
        "order": running[len(scalars) :] + scalars,
    }
    for spoil, spoiled in spoiled_messages.items():
        refusal = page.evaluate(
            f"(text) => ({READ})(text).then(() => null, (error) => error.name)", base64.b64encode(spoiled).decode()
        )
        assert refusal == "ProtocolError", spoil
