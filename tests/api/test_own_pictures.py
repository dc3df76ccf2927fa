"""A picture of a viewer's own, as it sends it and gets answers about it."""

from base64 import b64encode

import httpx
import numpy as np
from kernelscope import datasets
from kernelscope.experiment.own_image import OwnImage

from tests.api.page import Page, watch

LEVELS = np.rint(255 * datasets.load("digits").test_images[5]).astype(np.uint8).tobytes()
SHOWN = ["responses"]


def own(levels: bytes = LEVELS, label: int | None = None) -> tuple[int, dict[str, object]]:
    return OwnImage(levels, label).index, {"levels": b64encode(levels).decode(), "label": label}


def about(page: Page, image: int) -> dict[str, np.ndarray]:
    """What the next snapshot says about an image."""
    while (shown := page.snapshot()).directory.get("image") != image or "responses/conv1" not in shown.tensors:
        pass
    return {name: shown.tensors[name] for name in ("image/probabilities", "responses/conv1")}


def test_a_picture_gets_the_answers_that_an_image_of_the_data_gets(client: httpx.Client, id: str, page: Page) -> None:
    page.want(quantities=SHOWN, image=5)
    expected = about(page, 5)

    index, picture = own(label=3)
    subjects = [{"kind": kind, "image": index} | more for kind, more in (("image", {}), ("trace", {"lane": "A"}))]
    page.want(quantities=SHOWN, image=index, own=picture)
    found = about(page, index)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    page.want(*subjects, image=index, own=picture)
    assert {page.found(kind, image=index)["label"] for kind in ("image", "trace")} == {3}
    # Without a label there is no loss; another viewer has pictures of its own, and watching is enough.
    index, picture = own()
    with watch(client, id, stranger=True) as other:
        other.want(quantities=SHOWN, image=index, own=picture)
        found = about(other, index)
        assert all(np.array_equal(found[name], expected[name]) for name in expected)
        other.want({"kind": "image", "image": index}, image=index, own=picture)
        assert other.found("image", image=index)["label"] is None
        other.want(image=OwnImage(LEVELS, 3).index)
        assert "image: expected the index of the picture in own, none, got -" in other.text("error")["message"]


def test_what_is_no_picture_is_refused_in_words(page: Page) -> None:
    for picture, message in (
        (own(b"12")[1], "own: expected 784 levels for channels × rows × columns 1×28×28, got 2"),
        (own(label=10)[1], "own.label: expected the index of a class, below 10, or null, got 10"),
        ({"levels": "%%", "label": None}, "own.levels: expected base64 of a byte for each value, got '%%'"),
        ({"levels": b64encode(LEVELS).decode() + "!", "label": None}, "own.levels: expected base64"),
        ({"levels": "été", "label": None}, "own.levels: expected base64"),
        ({}, "own.levels"),
    ):
        page.want(own=picture)
        assert message in page.text("error")["message"]
    page.want(image=-5)
    assert "got -5" in page.text("error")["message"]
    page.want(image=-(2**40))
    assert page.text("error")["about"] == "want"
