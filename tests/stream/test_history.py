from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.experiment import EvaluationRecord, StepRecord
from server.stream.history import History
from server.stream.wire import decode


def steps(first: int, count: int) -> list[StepRecord]:
    return [StepRecord(n, (n + 0.25, nan), (0.5, nan), (0.003, 1 / n)) for n in range(first, first + count)]


def test_an_empty_history_is_a_frame_with_nothing_in_it() -> None:
    frame = decode(History(1, lanes=2).frame())
    assert frame.directory == {"run": 1, "first_step": 1, "last_step": 0}
    assert {name: tensor.shape for name, tensor in frame.tensors.items()} == {
        "loss": (0, 2),
        "accuracy": (0, 2),
        "learning_rate": (0, 2),
        "test.step": (0,),
        "test.loss": (0, 2),
        "test.accuracy": (0, 2),
    }


@given(st.lists(st.integers(0, 300), max_size=8))
def test_frames_since_the_last_position_join_without_gap_or_overlap(chunks: list[int]) -> None:
    history = History(1, lanes=2)
    seen, losses, tests, at = 0, [], [], (0, 0)
    for chunk in chunks:
        evaluations = [EvaluationRecord(seen, (1.0, nan), (0.1, nan))] if chunk % 2 else []
        history.extend(steps(seen + 1, chunk), evaluations)
        frame = decode(history.frame(at))
        assert frame.directory == {"run": 1, "first_step": seen + 1, "last_step": seen + chunk}
        losses += frame.tensors["loss"][:, 0].tolist()
        tests += frame.tensors["test.step"].tolist()
        seen, at = seen + chunk, history.position
    assert losses == [n + 0.25 for n in range(1, seen + 1)]
    whole = decode(history.frame())
    assert whole.tensors["loss"][:, 0].tolist() == losses
    assert whole.tensors["test.step"].tolist() == tests
    assert np.isnan(whole.tensors["loss"][:, 1]).all()
    np.testing.assert_array_equal(whole.tensors["learning_rate"][:, 1], 1 / np.arange(1, seen + 1))  # exact: float64


@pytest.mark.parametrize("first", [1, 3])
def test_a_gap_or_a_repetition_is_an_error(first: int) -> None:
    history = History(1, lanes=2)
    history.extend(steps(1, 1), [])
    with pytest.raises(ValueError, match="expected steps"):
        history.extend(steps(first, 2), [])
