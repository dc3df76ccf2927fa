import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.experiment.keyframes import FEWEST, MOST, MOST_BYTES, Keyframes
from tests.nn.support import examples


def frames(size: int, steps: int) -> Keyframes:
    keyframes = Keyframes(size)
    for step in range(steps + 1):
        keyframes.add(step, np.full(size, step, np.float32), np.full(size, -step, np.float32))
    return keyframes


@given(st.integers(1, 5000), st.sampled_from([1, 100, 3 * 10**5]))
@examples(60)
def test_there_is_room_for_it_and_the_steps_are_even(steps: int, size: int) -> None:
    steps = min(steps, 10**7 // size)
    keyframes = frames(size, steps)
    room = min(max(MOST_BYTES // (8 * size), FEWEST), MOST)
    assert len(keyframes) <= room
    assert len(keyframes) >= min(steps + 1, room // 2)
    life = keyframes.life(size - 1)
    assert life.steps == list(range(0, steps + 1, keyframes.stride))
    assert life.values == life.steps
    assert life.gradients == [-step for step in life.steps]


def test_what_was_kept_does_not_change_and_a_copy_goes_on_alone() -> None:
    weights = np.zeros(3, np.float32)
    keyframes = Keyframes(3)
    keyframes.add(0, weights, weights)
    weights += 1
    keyframes.add(1, weights, weights)
    copy = keyframes.copy()
    weights += 1
    copy.add(2, weights, weights)
    assert keyframes.life(0).values == [0, 1]
    assert copy.life(0).values == [0, 1, 2]
