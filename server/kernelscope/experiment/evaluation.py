"""Evaluation of the test set in small pieces between steps, so that a pause takes effect at once."""

from collections import deque
from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np

from kernelscope.datasets.images import Images
from kernelscope.experiment.checkpoint import fill
from kernelscope.experiment.evidence import ALONG, Measured, Tested
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.work import CHUNK
from kernelscope.nn import DataParallel
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.loss import NOTHING

EARLY = (1, 2, 5, 10, 20, 50)
"""The first steps are tested more often than every `test_every` steps: that is when most is learned."""
EARLY_OF_MANY = (10, 50)
"""The same for a test set of more than `MANY` images, which takes as long as a hundred steps."""
MANY = 4000
MOST_PIECES = 3
"""The number of pieces evaluated with one step, at most, while tests follow one another closely."""


class EvaluationRecord(NamedTuple):
    """The results of all lanes on the whole test set."""

    step: int
    """The step after whose update the weights were evaluated."""
    loss: tuple[float, ...]
    """Mean cross-entropy in nats, by lane; NaN for a lane that had diverged."""
    accuracy: tuple[float, ...]
    """From 0 to 1, by lane; NaN for a lane that had diverged."""


class Evaluation:
    """One pass over the test set with copies of the lanes' weights after `step`, while they may train on.

    As evidence for verdicts, it begins by measuring the loss of the `others`, some training images, along each lane's
    last update.

    Attributes:
        at_rest: whether it was begun because training paused; it is abandoned when training goes on.
    """

    def __init__(
        self,
        step: int,
        lanes: Sequence[Lane],
        tested: tuple[Images, Labels],
        others: tuple[Array, Labels],
        *,
        evidence: bool = True,
        at_rest: bool = False,
    ) -> None:
        self.step = step
        self.at_rest = at_rest
        self._tested, self._others = tested, others
        self._done = 0
        live = {place: lane for place, lane in enumerate(lanes) if not lane.stopped}
        self._params = {place: lane.network.params.copy() for place, lane in live.items()}
        moved = {place: lane for place, lane in live.items() if evidence and lane.steps == step > 0}
        self._updates = {place: lane.last_update.flat.copy() for place, lane in moved.items()}
        self._loss = np.full(len(lanes), np.nan)
        self._right = np.full(len(lanes), np.nan)
        self._loss[[*self._params]] = self._right[[*self._params]] = 0
        self._along = np.full((len(lanes), len(ALONG)), np.nan)
        self._predicted = np.full((len(lanes), len(tested[1])), NOTHING, np.int32)
        self._confidence = np.full(self._predicted.shape, np.nan, np.float32)

    @property
    def pieces(self) -> int:
        """The number of pieces that are left."""
        return ceil(len(self._tested[1]) / CHUNK) - self._done + bool(self._updates)

    def advance(self, parallel: DataParallel) -> EvaluationRecord | None:
        """Evaluate the next piece with every lane; return the result after the last one."""
        if self._updates:
            self._look_again(parallel)
            return None
        images = len(self._tested[1])
        self._test(parallel, slice(self._done * CHUNK, (self._done + 1) * CHUNK))
        self._done += 1
        if self._done * CHUNK < images:
            return None
        return EvaluationRecord(
            self.step, tuple((self._loss / images).tolist()), tuple((self._right / images).tolist())
        )

    def _test(self, parallel: DataParallel, part: slice) -> None:
        images, labels = self._tested
        found = parallel.predictions([*self._params.values()], images[part], labels[part])
        for place, (loss, classes, confidence) in zip(self._params, found, strict=True):
            self._loss[place] += loss.value * len(labels[part])
            self._right[place] += loss.right
            self._predicted[place, part], self._confidence[place, part] = classes, confidence

    @np.errstate(all="ignore")  # the longest update may well overflow
    def _look_again(self, parallel: DataParallel) -> None:
        for place, update in self._updates.items():
            after = self._params[place]
            shifted = [after.copy() for _ in ALONG]
            for params, multiple in zip(shifted, ALONG, strict=True):
                params.flat[...] = after.flat + np.float32(multiple - 1) * update
            self._along[place] = [loss.value for loss in parallel.losses(shifted, *self._others)]
        self._updates = {}

    @property
    def tests(self) -> list[Measured | None]:
        """The measurements of each lane; None if it had diverged."""
        images = len(self._tested[1])
        return [
            Measured(self.step, float(loss / images), float(right / images), tuple(along.tolist()))
            if place in self._params
            else None
            for place, (loss, right, along) in enumerate(zip(self._loss, self._right, self._along, strict=True))
        ]

    @property
    def predictions(self) -> list[Tested | None]:
        """What each lane predicted; None if it had diverged."""
        return [
            Tested(self.step, predicted, confidence) if place in self._params else None
            for place, (predicted, confidence) in enumerate(zip(self._predicted, self._confidence, strict=True))
        ]

    def state(self) -> dict[str, Any]:
        """The state to resume from: the results so far, and the weights."""
        return {
            "step": self.step,
            "at_rest": self.at_rest,
            "done": self._done,
            "places": [*self._params],
            "params": [params.flat.copy() for params in self._params.values()],
            "updates": [[place, update.copy()] for place, update in self._updates.items()],
            "loss": self._loss.copy(),
            "right": self._right.copy(),
            "along": self._along.copy(),
            "predicted": self._predicted.copy(),
            "confidence": self._confidence.copy(),
        }

    def restore(self, state: dict[str, Any], lanes: Sequence[Lane]) -> None:
        """Resume from the `state` of an evaluation of the same `lanes`."""
        self.step, self._done = state["step"], state["done"]
        self._loss[...], self._right[...] = state["loss"], state["right"]
        self._params = {place: lanes[place].network.params.copy() for place in state["places"]}
        for params, flat in zip(self._params.values(), state["params"], strict=True):
            params.flat[...] = flat
        # Early checkpoints have none of these.
        self.at_rest = state.get("at_rest", False)
        self._updates = dict(state.get("updates", ()))
        self._along[...] = state.get("along", np.nan)
        if "predicted" in state:
            fill(self._predicted, state["predicted"])
            fill(self._confidence, state["confidence"])
        else:  # then the test begins anew, with the same result
            self._done = 0
            self._loss[[*self._params]] = self._right[[*self._params]] = 0


class Evaluations:
    """The evaluations of an experiment that are still to be made, one after another.

    They are due at the steps `EARLY` (or `EARLY_OF_MANY`) and every `test_every` steps. Others may be made where
    training rests: which ones depends on when somebody pauses, so they are for reading only, and no verdict is based on
    them.

    Args:
        test_every: the steps between regular evaluations.
        tested: the test images and their labels.
        others: see `Evaluation`.

    Attributes:
        newest: the step of the last evaluation that was begun, and not abandoned; None if there is none.
    """

    def __init__(self, test_every: int, tested: tuple[Images, Labels], others: tuple[Array, Labels]) -> None:
        self.newest: int | None = None
        self._test_every = test_every
        self._tested, self._others = tested, others
        self._early = EARLY if len(tested[1]) <= MANY else EARLY_OF_MANY
        self._waiting: deque[Evaluation] = deque()

    @property
    def busy(self) -> bool:
        """Whether there is anything left to evaluate."""
        return bool(self._waiting)

    def renewed(self) -> "Evaluations":
        """Others for a run that goes on from here: both can then be continued."""
        other = Evaluations(self._test_every, self._tested, self._others)
        other.newest = self.newest
        return other

    def begin(self, step: int, lanes: Sequence[Lane], *, at_rest: bool = False) -> None:
        """Begin to evaluate the lanes as they are after `step`."""
        evidence = self._is_regular(step) and not at_rest
        self._waiting.append(Evaluation(step, lanes, self._tested, self._others, evidence=evidence, at_rest=at_rest))
        self.newest = step

    def begin_if_due(self, step: int, lanes: Sequence[Lane]) -> None:
        """Begin to evaluate the lanes if `step` is one of those that are tested however training goes."""
        if step in self._early or self._is_regular(step):
            self.begin(step, lanes)

    def go_on(self) -> None:
        """Abandon an evaluation that was only for the time at rest."""
        if self._waiting and self._waiting[-1].at_rest:
            self._waiting.pop()
            self.newest = None

    def outdate(self) -> None:
        """Have the lanes tested again where they rest, because a weight was changed by hand."""
        self.go_on()
        self.newest = None

    def share(self, step: int) -> int:
        """The number of pieces to evaluate with this step, so that all are done before the next evaluation is due."""
        left = sum(evaluation.pieces for evaluation in self._waiting)
        due = step + -step % self._test_every
        due = min([due, *(early for early in self._early if early >= step)])
        return min(ceil(left / (due - step + 1)), most_pieces(len(self._tested[1]), self._test_every))

    def advance(self, parallel: DataParallel, lanes: Sequence[Lane]) -> list[EvaluationRecord]:
        """Evaluate the next piece; return the result after the last one of an evaluation. A regular one is evidence."""
        if not self._waiting or (result := self._waiting[0].advance(parallel)) is None:
            return []
        done = self._waiting.popleft()
        for lane, tested in zip(lanes, done.predictions, strict=True):
            lane.tested = tested or lane.tested
        if self._is_regular(done.step) and not done.at_rest:
            for lane, test in zip(lanes, done.tests, strict=True):
                if test is not None:
                    lane.tests.append(test)
        return [result]

    def _is_regular(self, step: int) -> bool:
        return step % self._test_every == 0

    def state(self) -> dict[str, Any]:
        """The state to resume from."""
        return {"newest": self.newest, "waiting": [evaluation.state() for evaluation in self._waiting]}

    def restore(self, state: dict[str, Any], lanes: Sequence[Lane]) -> None:
        """Resume from the `state` of evaluations of the same `lanes`."""
        self.newest = state["newest"]
        self._waiting.clear()
        for its_state in state["waiting"]:
            evaluation = Evaluation(0, lanes, self._tested, self._others)
            evaluation.restore(its_state, lanes)
            self._waiting.append(evaluation)


def most_pieces(images: int, test_every: int) -> int:
    """The number of pieces evaluated with one step, at most, of a test set of so many images."""
    return max(MOST_PIECES, 2 * ceil((images / CHUNK + 1) / test_every))
