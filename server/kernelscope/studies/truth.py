"""How alike learned kernels are to the known ones that the images were made with (`Dataset.truth`)."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from kernelscope.nn import Conv, LayerShape
from kernelscope.nn.arrays import Array
from kernelscope.studies.kernel_measures import Numbers


class Match(NamedTuple):
    """Filters, each with at most one of the known kernels, and each of these with at most one filter."""

    alike: Numbers
    """``[out]``: how alike they are, at most 1, which is the same but for a factor; NaN for a filter without one."""
    known: Numbers
    """``[out]``: which of the known kernels it is; NaN for a filter without one."""
    aligned: Numbers
    """``[out, in, row, col]``: that kernel, moved to where it is most alike; 0 for a filter without one."""

    def of_known(self, count: int) -> Numbers:
        """How alike each of so many known kernels is to its filter; 0 for one without."""
        found = np.zeros(count)
        has = np.isfinite(self.known)
        found[self.known[has].astype(int)] = self.alike[has]
        return found


def matched_layer(shapes: Sequence[LayerShape]) -> Conv | None:
    """The layer whose filters can be compared with kernels that make images; None: there is none.

    It is the first of the network, if that is a convolution of all the channels of the images.
    """
    first = shapes[0].spec
    return first if isinstance(first, Conv) and first.groups == 1 else None


def match(filters: Array, truth: Array, dilation: tuple[int, int] = (1, 1)) -> Match:
    """Match filters ``[out, in, row, col]`` with known kernels ``[known, in, row, col]`` one to one.

    How alike a filter w is to a known kernel k is their normalised correlation where they fit best,

        max over shifts s of  Σ w(p)·k(p − s) / (‖w‖·‖k‖)

    over all channels, both of them 0 beyond their edges. So a filter may have found the pattern beside its middle, and
    kernels of any sizes can be compared. The sign matters: the negative of a pattern is another pattern. Among all
    assignments, the one is chosen in which the sum is largest.

    Args:
        filters: weights of a convolution.
        truth: the known kernels.
        dilation: rows and columns from one weight of the convolution to the next, in pixels.
    """
    out, known = len(filters), len(truth)
    found = Match(np.full(out, np.nan), np.full(out, np.nan), np.zeros(filters.shape))
    if not np.isfinite(filters).all():
        return found
    alike, shifts = _correlations(_spread(filters, dilation), np.asarray(truth, np.float64))
    if out <= known:
        pairs = list(enumerate(assignment(alike.tolist())))
    else:
        pairs = [(one, other) for other, one in enumerate(assignment(alike.T.tolist()))]
    for one, other in pairs:
        found.alike[one], found.known[one] = alike[one, other], other
        found.aligned[one] = _shifted(truth[other], shifts[one, other], filters.shape[2:], dilation)
    return found


def assignment(worth: Sequence[Sequence[float]]) -> list[int]:
    """Assign to each row a column of its own, such that the sum is largest: the columns, by row.

    The Hungarian method with potentials and shortest augmenting paths (H. Kuhn, "The Hungarian Method for the
    Assignment Problem", 1955; J. Munkres, 1957), in O(rows² · columns).

    Args:
        worth: ``[row][column]``, finite, with no more rows than columns.
    """
    columns = len(worth[0])
    of_rows, of_columns = [0.0] * len(worth), [0.0] * (columns + 1)
    owners: list[int] = [-1] * (columns + 1)  # of columns; the last one stands for the row that has none yet
    for row in range(len(worth)):
        owners[columns] = row
        column = columns
        missing, before, seen = [inf] * columns, [columns] * columns, [columns]
        free = set(range(columns))
        while owners[column] >= 0:
            owner = owners[column]
            for other in free:
                gap = of_rows[owner] + of_columns[other] - worth[owner][other]
                if gap < missing[other]:
                    missing[other], before[other] = gap, column
            nearest = min(free, key=missing.__getitem__)
            step = missing[nearest]
            for other in seen:
                of_rows[owners[other]] -= step
                of_columns[other] += step
            for other in free:
                missing[other] -= step
            free.remove(nearest)
            seen.append(nearest)
            column = nearest
        while column != columns:
            owners[column], column = owners[before[column]], before[column]
    found = [-1] * len(worth)
    for column, row in enumerate(owners[:columns]):
        if row >= 0:
            found[row] = column
    return found


def _correlations(filters: Numbers, truth: Numbers) -> tuple[Numbers, Numbers]:
    """How alike filters are to known kernels ``[out, known]``, and the shifts ``[out, known, 2]`` where they are so."""
    sizes = [one + other - 1 for one, other in zip(filters.shape[2:], truth.shape[2:], strict=True)]
    spectra = np.einsum("ocyx,kcyx->okyx", np.fft.rfft2(filters, sizes), np.fft.rfft2(truth, sizes).conj())
    products = np.fft.irfft2(spectra, sizes).reshape(len(filters), len(truth), -1)
    norms = [np.sqrt((array**2).sum((1, 2, 3))) for array in (filters, truth)]
    both = np.outer(*norms)
    alike = np.divide(products.max(-1), both, out=np.zeros_like(both), where=both > 0)
    # The shifts of a circle: those beyond the filter's last row and column are to the left and above.
    places = np.stack(np.unravel_index(products.argmax(-1), sizes), -1)
    shifts = np.where(places < filters.shape[2:], places, places - sizes)
    return alike, shifts


def _spread(filters: Array, dilation: tuple[int, int]) -> Numbers:
    """Filters with zeros between their weights."""
    out, channels, rows, cols = filters.shape
    down, across = dilation
    spread = np.zeros((out, channels, (rows - 1) * down + 1, (cols - 1) * across + 1))
    spread[:, :, ::down, ::across] = filters
    return spread


def _shifted(kernel: Array, shift: Numbers, size: tuple[int, ...], dilation: tuple[int, int]) -> Numbers:
    """A known kernel ``[in, row, col]`` at a shift, where a filter of this size has weights."""
    # The places of the filter's weights in the kernel.
    rows, cols = (np.arange(n) * by - offset for n, by, offset in zip(size, dilation, shift, strict=True))
    inside = [(at >= 0) & (at < n) for at, n in zip((rows, cols), kernel.shape[1:], strict=True)]
    found = np.zeros((len(kernel), *size))
    found[np.ix_(range(len(kernel)), *inside)] = kernel[np.ix_(range(len(kernel)), rows[inside[0]], cols[inside[1]])]
    return found
