"""What is on a canvas, as arrays."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page

Pixels = NDArray[np.uint8]


def pixels(canvas: Locator) -> Pixels:
    """The canvas's own pixels ``[row, col, rgba]``."""
    width, height, data = canvas.evaluate(
        """canvas => {
          const { width, height } = canvas;
          // Read from a copy: a canvas that is read from is moved out of the graphics card.
          const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, width, height);
          let text = "";
          for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
          return [width, height, btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)


def runs(inside: NDArray[np.bool_]) -> list[slice]:
    """The stretches where `inside` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    return [slice(start, end) for start, end in edges.reshape(-1, 2).tolist()]


def places(picture: Pixels) -> tuple[list[slice], list[slice]]:
    """Where the rows and the columns of tiles lie."""
    opaque = picture[..., 3] > 0
    down, across = opaque.sum(1), opaque.sum(0)
    return runs(down > 0.6 * down.max()), runs(across > 0.6 * across.max())


def tiles(picture: Pixels, rows: int, cols: int) -> list[list[NDArray[Any]]]:
    """The tiles of a picture by row and column of tiles, each as the colours of its cells ``[row, col, rgb]``.

    Nothing is taken from the page's own arithmetic: tiles are what is opaque, gaps what is not. Thin outlines around a
    single tile do not count.
    """
    grid = []
    down, across = places(picture)
    for vertical in down:
        row = []
        for horizontal in across:
            height, width = vertical.stop - vertical.start, horizontal.stop - horizontal.start
            assert height % rows == width % cols == 0, f"{height}×{width} pixels do not hold {rows}×{cols} cells evenly"
            cell = height // rows
            assert width // cols == cell, "cells are not square"
            tile = picture[vertical, horizontal, :3].reshape(rows, cell, cols, cell, 3)
            # The colour that most of the cell has: the outline of a selected cell may reach into its neighbours.
            row.append(np.median(tile, axis=(1, 3)).astype(int))
        grid.append(row)
    return grid


def legend(page: Page, layer: str, quantity: str) -> tuple[float, NDArray[np.int_]]:
    """The printed limit of a scale, and the colours of its bar from −limit to +limit."""
    root = page.locator(f'.layer-card[data-layer="{layer}"] .legend[data-quantity="{quantity}"]')
    bar = pixels(root.locator("canvas"))[0, :, :3].astype(int)
    limit = float(root.get_attribute("data-limit") or "nan")
    assert root.locator('[data-part="high"]').inner_text() == f"{limit:g}"
    beyond = 13  # at each end the colour of values beyond the scale
    return limit, bar[beyond:-beyond]
