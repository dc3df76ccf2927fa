"""No spike of a long history is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from server.stream.thinning import extremes
from tests.nn.support import examples

numbers = st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1.0])


@st.composite
def histories(draw: st.DrawFn) -> list[np.ndarray]:
    """Loss and accuracy of so many lanes, with not-a-numbers and infinities among them."""
    rows, lanes = draw(st.integers(1, 120)), draw(st.integers(1, 3))
    return [draw(hnp.arrays("f4", (rows, lanes), elements=numbers)) for _ in range(2)]


@examples(150)
@given(histories(), st.integers(1, 60))
def test_every_lanes_extremes_of_every_stretch_are_kept(series: list[np.ndarray], most: int) -> None:
    kept, stretch = extremes(series, most)
    rows, lanes = series[0].shape
    assert kept.tolist() == sorted(set(kept.tolist())), "in order, each once"
    assert {0, rows - 1} <= set(kept.tolist()) <= set(range(rows)), "true rows, with the first and the last"
    for start in range(0, rows, stretch):
        chosen = kept[(start <= kept) & (kept < start + stretch)]
        for values in series:
            for lane in range(lanes):
                part = values[start : start + stretch, lane]
                measured = part[~np.isnan(part)]
                shown = values[chosen, lane]
                if measured.size:
                    assert measured.min() in shown
                    assert measured.max() in shown


@examples(100)
@given(histories(), st.integers(1, 60))
def test_about_as_many_rows_as_asked_for(series: list[np.ndarray], most: int) -> None:
    rows, lanes = series[0].shape
    kept, stretch = extremes(series, most)
    if rows <= most:
        assert stretch == 1
        assert len(kept) == rows
    else:
        assert stretch > 1
        assert len(kept) <= most + 2 + 4 * lanes  # the first and the last row, and a last stretch that is short


@pytest.mark.parametrize("rows", [20_001, 100_000, 1_234_567])
def test_a_single_spike_in_a_long_history_is_kept(rows: int) -> None:
    loss = np.random.default_rng(1).random((rows, 3), "f4")
    loss[rows // 3, 1] = 77
    kept, _ = extremes([loss, 1 - loss], 20_000)
    assert rows // 3 in kept
    assert 5_000 < len(kept) < 20_020
    assert np.diff(kept).max() <= 2 * rows * 12 / 20_000 + 4, "no part of it is left out"
