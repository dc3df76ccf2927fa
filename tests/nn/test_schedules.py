import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import Constant, Cosine, Schedule, StepDecay


def shares(schedule: Schedule, steps: int) -> list[float]:
    return [schedule.share(step) for step in range(1, steps + 1)]


def test_constant() -> None:
    assert shares(Constant(), 3) == [1, 1, 1]


def test_warm_up_rises_in_a_straight_line_and_then_the_schedule_begins() -> None:
    assert shares(Constant(warm_up=4), 6) == [0.25, 0.5, 0.75, 1, 1, 1]
    assert shares(StepDecay(warm_up=2, every=2, factor=0.5), 7) == [0.5, 1, 1, 1, 0.5, 0.5, 0.25]


def test_steps() -> None:
    assert shares(StepDecay(every=3, factor=0.5), 7) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_cosine_begins_at_the_rate_passes_the_middle_and_ends_at_the_final_share() -> None:
    assert shares(Cosine(steps=4, final=0.2), 7) == pytest.approx(
        [1, 0.2 + 0.8 * 0.853553, 0.6, 0.2 + 0.8 * 0.146447, 0.2, 0.2, 0.2], abs=1e-6
    )


@given(
    st.one_of(
        st.builds(Constant, st.integers(0, 50)),
        st.builds(StepDecay, st.integers(0, 50), st.integers(1, 50), st.floats(0.01, 1)),
        st.builds(Cosine, st.integers(0, 50), st.integers(1, 200), st.floats(0, 1)),
    )
)
def test_a_share_is_from_0_to_1_and_after_the_warm_up_never_rises(schedule: Schedule) -> None:
    seen = shares(schedule, 300)
    assert all(0 <= share <= 1 for share in seen)
    after = seen[schedule.warm_up :]
    assert after[0] == 1
    assert after == sorted(after, reverse=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(warm_up=-1), "warm_up: expected at least 0, got -1"),
        (lambda: Constant(warm_up=2.5), "warm_up: expected a whole number, got 2.5"),
        (lambda: Constant().share(0), "step: expected at least 1, got 0"),
        (lambda: StepDecay(every=0), "every: expected at least 1, got 0"),
        (lambda: StepDecay(factor=0), "factor: expected a number above 0 and at most 1, got 0"),
        (lambda: StepDecay(factor=float("nan")), "factor: expected a number above 0 and at most 1, got nan"),
        (lambda: Cosine(steps=0), "steps: expected at least 1, got 0"),
        (lambda: Cosine(final=1.5), "final: expected a number from 0 to 1, got 1.5"),
    ],
)
def test_settings_that_make_no_sense(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()
