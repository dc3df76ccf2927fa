"""The study *errors*: what each lane predicted for every test image in its last test.

The test is the one whose loss and accuracy are in the history: it is not made again. Confusion matrices, the most
confident errors and what two lanes disagree on are all in these numbers (static/studies/errors/reading.js).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kernelscope.experiment import Experiment
from kernelscope.experiment.evidence import Tested
from kernelscope.nn.arrays import Labels
from kernelscope.studies.payload import packed
from kernelscope.studies.subject import Members, Subject


@dataclass(frozen=True)
class ErrorsSubject(Subject):
    """The predictions of all lanes for the test set."""

    kind: Literal["errors"] = "errors"
    looked_up = True
    tested = True

    def study(self, experiment: Experiment) -> Iterator[Members]:
        """Look up the predictions, and the labels that they should be."""
        lanes = {lane.id: lane.tested for lane in experiment.lanes}
        # Those that the lanes were tested with, should the test set have others by now.
        labels = experiment.data.test_labels
        labels = labels[: min([len(labels), *(len(test.predicted) for test in lanes.values() if test)])]
        yield {
            "labels": labels.tolist(),
            "lanes": {lane: test and _members(test, labels) for lane, test in lanes.items()},
        }


def _members(tested: Tested, labels: Labels) -> Members:
    predicted = tested.predicted[: len(labels)]
    return {
        "step": tested.step,
        "right": int(np.count_nonzero(predicted == labels)),
        "predicted": predicted.tolist(),
        "confidence": packed(tested.confidence[: len(labels)]),
    }
