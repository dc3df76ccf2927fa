import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.experiment import keyframes as module
from kernelscope.experiment.keyframes import BYTES, FEWEST, LASTING_BYTES, MOST, MOST_BYTES, Keyframe, Keyframes

from tests.nn.support import examples

ARRAYS = ("weights", "gradients", "updates", "befores")


def frame(size: int, step: int) -> Keyframe:
    return Keyframe(
        step,
        np.full(size, step, np.float32),
        np.full(size, -step, np.float32),
        np.full(size, step / 2, np.float32),
        np.full(size, step / 4, np.float32),
    )


def frames(size: int, steps: int, first: int = 0) -> Keyframes:
    keyframes = Keyframes(size)
    go_on(keyframes, size, first, steps)
    return keyframes


def go_on(keyframes: Keyframes, size: int, first: int, last: int) -> None:
    for step in range(first, last + 1):
        keyframes.add(frame(size, step))


def restarted(keyframes: Keyframes, size: int, step: int) -> Keyframes:
    """Restore keyframes as a lane does that resumes from a checkpoint of this step."""
    restored = Keyframes(size)
    if state := keyframes.state():
        restored.restore(state)
    restored.keep(frame(size, step))
    return restored


@given(st.integers(1, 5000), st.sampled_from([1, 100, 3 * 10**5]))
@examples(60)
def test_there_is_room_for_it_and_the_steps_are_even(steps: int, size: int) -> None:
    steps = min(steps, 10**7 // size)
    keyframes = frames(size, steps)
    room = min(max(MOST_BYTES // (BYTES * size), FEWEST), MOST)
    assert len(keyframes) <= room
    assert len(keyframes) >= min(steps + 1, room // 2)
    life = keyframes.life(size - 1)
    assert life.steps == keyframes.steps == list(range(0, steps + 1, keyframes.stride))
    assert life.values == life.steps
    assert life.gradients == [-step for step in life.steps]


def test_what_was_kept_does_not_change_and_a_copy_goes_on_alone() -> None:
    weights = np.zeros(3, np.float32)
    keyframes = Keyframes(3)
    keyframes.add(Keyframe(0, weights, weights, weights, weights))
    weights += 1
    keyframes.add(Keyframe(1, weights, weights, weights, weights))
    copy = keyframes.copy()
    weights += 1
    copy.add(Keyframe(2, weights, weights, weights, weights))
    assert keyframes.life(0).values == [0, 1]
    assert copy.life(0).values == copy.life(0).gradients == [0, 1, 2]
    assert copy.at(1).update[0] == copy.at(1).before[0] == 1


def test_an_earlier_step_is_the_last_that_was_kept_by_then() -> None:
    keyframes = frames(3, 1000)
    assert keyframes.stride == 2
    assert [keyframes.at(step).step for step in (0, 1, 2, 501, 1000, 10**30)] == [0, 0, 2, 500, 1000, 1000]
    kept = keyframes.at(501)
    assert (kept.weights[2], kept.gradient[2], kept.update[2], kept.before[2]) == (500, -500, 250, 125)
    assert frames(3, 40, first=7).at(3).step == 7, "there is none before"


@given(st.integers(0, 5000), st.integers(0, 200), st.sampled_from([300, 3000, 20_000, 10**5, 13 * 10**4]))
@examples(60)
def test_a_checkpoint_has_few_of_them_evenly_spread_and_the_start(steps: int, more: int, size: int) -> None:
    steps, more = min(steps, 10**7 // size), min(more, 10**7 // size)
    keyframes = frames(size, steps)
    state = keyframes.state()
    assert state is not None
    assert sum(state[name].nbytes for name in ARRAYS) <= LASTING_BYTES
    spacing = set(np.diff(state["steps"]))
    assert state["steps"][0] == 0
    assert len(spacing) <= 1
    assert all(step % keyframes.stride == 0 and (step & (step - 1)) == 0 for step in spacing)
    assert 2 * len(state["steps"]) + 1 >= min(LASTING_BYTES // (BYTES * size), len(keyframes)), "as many as fit"
    restored = restarted(keyframes, size, steps)
    assert restored.steps == sorted({*state["steps"], steps})
    assert restored.stride == keyframes.stride
    # It continues as if nothing had happened, and would write the same at every step.
    for one in (keyframes, restored):
        go_on(one, size, steps + 1, steps + more)
    assert restored.stride == keyframes.stride
    assert {step for step in keyframes.steps if step > steps} == {step for step in restored.steps if step > steps}
    mine, its = keyframes.state(), restored.state()
    assert mine is not None
    assert its is not None
    assert mine["steps"] == its["steps"]
    assert all(np.array_equal(mine[name], its[name]) for name in ARRAYS)


def test_of_a_network_for_which_a_checkpoint_has_no_room_they_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LASTING_BYTES", BYTES * 3)
    keyframes = frames(3, 700)
    assert keyframes.state() is not None
    assert keyframes.state()["steps"] == [0], "the start goes last"  # type: ignore[index]
    monkeypatch.setattr(module, "LASTING_BYTES", BYTES * 3 - 1)
    assert keyframes.state() is None
    anew = restarted(keyframes, 3, 701)
    go_on(anew, 3, 702, 720)
    assert anew.steps == list(range(701, 721)), "every step at first"
    go_on(anew, 3, 721, 3000)
    assert anew.stride == 8
    assert anew.steps == list(range(704, 3001, 8))


@pytest.mark.parametrize(
    "wrong",
    [{"stride": 0}, {"steps": []}, {"steps": [1, 0]}, {"steps": [-1, 0]}, {"steps": [0, 1, 2]},
     {"weights": np.zeros((2, 4))}, {"updates": [[1]]}, {"befores": [[1]]}],
)  # fmt: skip
def test_what_are_none_is_refused(wrong: dict[str, object]) -> None:
    state = frames(3, 1).state()
    assert state is not None
    with pytest.raises(ValueError, match=r"expected|reshape|inhomogeneous"):
        Keyframes(3).restore(state | wrong)


def test_those_of_earlier_versions_have_before_them_what_the_update_leaves() -> None:
    state = frames(3, 2).state()
    assert state is not None
    del state["befores"]
    restored = Keyframes(3)
    restored.restore(state)
    assert restored.at(2).before.tolist() == [1, 1, 1]
