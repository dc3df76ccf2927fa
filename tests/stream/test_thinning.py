"""Thinning a long history loses no spike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from kernelscope.stream.thinning import extremes, stretch_for

from tests.nn.support import examples

numbers = st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1.0])


@st.composite
def histories(draw: st.DrawFn) -> tuple[np.ndarray, list[np.ndarray]]:
    """Row numbers, loss and accuracy of several lanes, with NaN and infinities among them."""
    rows, lanes = draw(st.integers(1, 120)), draw(st.integers(1, 3))
    series = [draw(hnp.arrays("f4", (rows, lanes), elements=numbers)) for _ in range(2)]
    return np.cumsum(draw(hnp.arrays("i8", rows, elements=st.integers(1, 5)))), series


@examples(150)
@given(histories(), st.integers(1, 60))
def test_every_lanes_extremes_of_every_stretch_are_kept(
    history: tuple[np.ndarray, list[np.ndarray]], stretch: int
) -> None:
    places, series = history
    kept = extremes(places, series, stretch)
    assert kept.tolist() == sorted(set(kept.tolist())), "in order, each once"
    lanes = series[0].shape[1]
    for of_stretch in np.split(np.arange(len(places)), np.flatnonzero(np.diff(places // stretch)) + 1):
        chosen = np.intersect1d(of_stretch, kept)
        assert 1 <= len(chosen) <= 4 * lanes
        for values in series:
            for lane in range(lanes):
                part = values[of_stretch, lane]
                measured = part[~np.isnan(part)]
                shown = values[chosen, lane]
                if measured.size:
                    assert measured.min() in shown
                    assert measured.max() in shown


@examples(150)
@given(histories(), st.integers(1, 5), st.integers(2, 5))
def test_what_was_thinned_thins_to_the_same_as_all(
    history: tuple[np.ndarray, list[np.ndarray]], shorter: int, times: int
) -> None:
    places, series = history
    first = extremes(places, series, shorter)
    again = extremes(places[first], [values[first] for values in series], shorter * times)
    assert first[again].tolist() == extremes(places, series, shorter * times).tolist()


def test_nothing_has_no_extremes() -> None:
    assert len(extremes(np.arange(0), [np.empty((0, 2), "f4")], 4)) == 0


@pytest.mark.parametrize("rows", [20_001, 100_000, 1_234_567])
def test_a_single_spike_in_a_long_history_is_kept_among_about_as_many_rows_as_asked_for(rows: int) -> None:
    loss = np.random.default_rng(1).random((rows, 3), "f4")
    loss[rows // 3, 1] = 77
    kept = extremes(np.arange(rows), [loss, 1 - loss], stretch_for(rows, 20_000, 6))
    assert rows // 3 in kept
    assert 5_000 < len(kept) < 20_020
    assert np.diff(kept).max() <= 2 * rows * 12 / 20_000 + 4, "no part of it is left out"
