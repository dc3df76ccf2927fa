"""Images of one's own, as tests bring them."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray


def pixels(count: int, *, channels: int = 1, side: int = 8) -> NDArray[np.uint8]:
    """Images that all differ."""
    return np.arange(count * channels * side**2).reshape(count, channels, side, side).astype(np.uint8)


def body(
    labels: Sequence[int] = (0, 0, 0, 1, 1, 1),
    channels: int = 1,
    images: NDArray[np.uint8] | None = None,
    **members: Any,
) -> bytes:
    """What the page sends: a head, labels and pixels."""
    images = pixels(len(labels), channels=channels) if images is None else images
    head = {
        "title": "Leaves",
        "classes": ["oak", "elm"],
        "channels": channels,
        "size": images.shape[2],
        "images": len(labels),
        **members,
    }
    written = json.dumps(head).encode()
    return len(written).to_bytes(4, "little") + written + bytes(labels) + images.tobytes()


def upload(client: httpx.Client, content: bytes | None = None, **headers: str) -> httpx.Response:
    """Ask the server to keep them."""
    content = body() if content is None else content
    return client.post("/api/datasets", content=content, headers={"content-type": "application/octet-stream"} | headers)
