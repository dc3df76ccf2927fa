"""The size of a track is bounded, whatever its length, and it keeps every spike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.stream.thinning import extremes
from kernelscope.stream.track import Kind, Part, Track

from tests.nn.support import examples

WINDOW, STRETCHES, LANES = 32, 16, 2
KIND = Kind("some", {"loss": ("f4", (-1,)), "common": ("f8", ())}, ("loss",), WINDOW, STRETCHES, 1.0)
MOST = 2 * WINDOW + (STRETCHES + 1) * 2 * LANES + 1


def rows(first: int, count: int) -> dict[str, Any]:
    """Random rows, the same at every call; a lane is NaN in some."""
    loss = np.array([np.random.default_rng(n).random(LANES, "f4") for n in range(first, first + count)])
    loss = loss.astype("f4").reshape(count, LANES)
    loss[(np.arange(first, first + count) % 7 < 3), 1] = np.nan
    return {"loss": loss, "common": np.arange(first, first + count) / 4}


def made(*counts: int) -> Track:
    track = Track(KIND, LANES)
    for count in counts:
        track.append(rows(track.length, count))
    return track


def same(one: Track, other: Track) -> None:
    assert (one.length, one.boundary) == (other.length, other.boundary)
    for mine, theirs in zip(one.take(0, one.length), other.take(0, other.length), strict=True):
        np.testing.assert_equal(mine, theirs)


@examples(60)
@given(st.lists(st.integers(0, 90), max_size=40))
def test_what_is_kept_follows_from_the_number_of_rows_and_is_the_extremes_and_a_window(counts: list[int]) -> None:
    track = made(*counts)
    length, boundary = track.length, track.boundary
    taken = track.take(0, length)
    assert len(taken.numbers) <= MOST + max(counts, default=0)
    assert length - boundary >= min(length, WINDOW)
    every = rows(0, length)
    if boundary:
        assert boundary / taken.stretch <= STRETCHES < 2 * boundary / taken.stretch
        kept = extremes(np.arange(boundary), [every["loss"][:boundary]], taken.stretch)
        assert taken.numbers.tolist() == [*np.union1d([0], kept).tolist(), *range(boundary, length)]
    for name, column in taken.columns.items():
        np.testing.assert_array_equal(column, every[name][taken.numbers])
    assert track.take(boundary, length).stretch == 1


def test_rows_taken_from_the_middle_of_what_is_thinned_are_those_in_between() -> None:
    track = made(*[10] * 100)
    whole = track.take(0, 1000).numbers
    assert track.take(300, 500).numbers.tolist() == [n for n in whole if 300 <= n < 500]
    assert track.take(300, 300).numbers.tolist() == []
    thinned = track.thinned(300, 990, 20)
    assert len(thinned.numbers) <= 20 + 4 * LANES
    assert thinned.numbers[-1] == 989
    assert thinned.stretch % track.take(0, 1000).stretch == 0


@examples(60)
@given(st.integers(0, 900), st.integers(0, 900))
def test_a_branch_has_what_was_kept_up_to_there(length: int, at: int) -> None:
    track, at = made(*[30] * (length // 30), length % 30), min(at, length)
    branch = track.branch(at)
    assert branch.length == at
    assert branch.take(0, at).numbers.tolist() == track.take(0, at).numbers.tolist()
    branch.append(rows(at, 100))
    assert branch.length == at + 100


Stored = dict[Part, Mapping[str, Any]]


def store(track: Track, until: int, stored: Stored) -> int:
    """Store the parts as a store does, and return the number of rows written."""
    parts = track.parts(until, stored)
    new = {part: track.stored(part) for part in parts if part not in stored}
    for part in [*stored]:
        if part not in parts:
            del stored[part]
    stored.update(new)
    return sum(len(part["loss"]) for part in new.values())


@examples(60)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.integers(0, 20)), max_size=40))
def test_what_was_stored_little_by_little_is_read_as_it_was(steps: list[tuple[int, bool, int]]) -> None:
    track, stored = Track(KIND, LANES), Stored()
    for count, storing, behind in steps:
        track.append(rows(track.length, count))
        until = max(track.length - behind, 0)
        if storing and until >= track.boundary:
            store(track, until, stored)
            same(Track.read(KIND, LANES, stored), track.branch(until))
            assert len(stored) <= 2 * WINDOW / 2 + STRETCHES / 64 + 2


def test_little_is_written_for_little_that_is_new() -> None:
    track, stored, written = made(), Stored(), []
    for _ in range(1000):
        track.append(rows(track.length, 4))
        written.append(store(track, track.length, stored))
    assert max(written) <= MOST
    assert np.mean(written) <= 4 + 4 * MOST / WINDOW + 1, "four rows each time, and all that is old once in a window"


def test_parts_that_do_not_join_and_rows_of_another_width_are_refused() -> None:
    track, stored = made(*[10] * 30), Stored()
    store(track, track.length, stored)
    lost = {part: columns for part, columns in stored.items() if part.stretch > 1 or part.last == track.length}
    lost[Part("some", track.length + 3, track.length + 4, 1)] = rows(track.length + 3, 1)
    with pytest.raises(ValueError, match="expected row 300 to be stored, got 303"):
        Track.read(KIND, LANES, lost)
    with pytest.raises(ValueError, match="loss: expected the shape"):
        Track.read(KIND, LANES + 1, stored)
    with pytest.raises(ValueError, match="expected to store"):
        track.parts(3, [])


def test_a_column_of_a_later_version_is_not_a_number_in_what_an_earlier_one_stored() -> None:
    track, stored = made(*[10] * 30), Stored()
    store(track, track.length, stored)
    later = KIND._replace(columns={**KIND.columns, "further": ("f4", (-1,))})
    read = Track.read(later, LANES, stored).take(0, 300)
    assert np.isnan(read.columns["further"]).all()
    np.testing.assert_array_equal(read.columns["loss"], track.take(0, 300).columns["loss"])
