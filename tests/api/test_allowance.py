from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.socket.allowance import Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_as_many_as_time_gives() -> None:
    clock = Clock()
    allowance = Allowance(10, clock)
    assert [allowance.take() for _ in range(11)] == [True] * 10 + [False]
    clock.now += 0.25
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    clock.now += 100
    assert sum(allowance.take() for _ in range(50)) == 10, "silence is not saved up for longer than a second"


@given(st.lists(st.floats(0, 0.5), max_size=200), st.integers(1, 50))
def test_never_more_than_a_seconds_worth_above_the_rate(pauses: list[float], rate: int) -> None:
    clock = Clock()
    allowance, taken = Allowance(rate, clock), 0
    for pause in pauses:
        clock.now += pause
        taken += allowance.take()
        assert taken <= rate * (1 + clock.now - 100) + 1e-6
