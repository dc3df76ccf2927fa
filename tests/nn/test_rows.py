"""The phases of input rows; what is computed from them is tested with the convolutions."""

from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn.rows import Down, phases

from tests.nn.support import examples


@given(st.integers(1, 9), st.integers(1, 7), st.integers(1, 4), st.integers(0, 5))
@examples(200)
def test_an_input_row_meets_the_taps_of_its_phase(rows: int, height: int, stride: int, padding: int) -> None:
    """Input row r meets kernel row i at the output row y with y·s + i − p = r, and no other."""
    found: dict[int, dict[int, int]] = {row: {} for row in range(rows)}
    for phase in phases(Down(rows, 1, height, stride, padding)):
        taps = list(range(height))[phase.taps]
        assert len(taps) == phase.height
        for place, row in enumerate(range(phase.start, rows, stride)):
            found[row] = {tap: phase.first + place + step for step, tap in enumerate(taps)}
    for row in range(rows):
        expected = {
            tap: (row + padding - tap) // stride for tap in range(height) if (row + padding - tap) % stride == 0
        }
        assert found[row] == expected
