"""One member of a crew."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from kernelscope.nn.crew.request import Job, Work
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, Predicted, softmax_cross_entropy
from kernelscope.nn.workspace import Workspace

KINDS = 8
"""Architectures whose workspaces are kept."""

LARGE = 256
"""Rows of a matrix that BLAS does not multiply as a small one, for which it needs no memory."""


class Member:
    """Computes one job at a time, in workspaces of its own: one for each architecture."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._workspaces: list[Workspace] = []

    def warm_up(self) -> None:
        """Have BLAS take the memory that it works in, and Python import what it imports late.

        Where no memory is left, BLAS would end the process, and an import fail in any way.
        """
        matrix = np.ones((LARGE, LARGE), self._dtype)
        softmax_cross_entropy(matrix @ matrix, np.arange(LARGE))

    def compute(self, work: Work, job: Job) -> Loss | Predicted:
        """Compute one job."""
        place, number = job
        params, part, batch = work.params[place], work.parts[place][number], work.counts[place]
        workspace = self._workspace(params.shapes)
        if work.task == "loss":
            return workspace.loss(params, part, batch)
        if work.task == "predictions":
            return workspace.predictions(params, part, batch)
        return workspace.loss_and_gradient(params, work.grads[place][number], part, batch)

    def _workspace(self, shapes: Sequence[LayerShape]) -> Workspace:
        found = next((one for one in self._workspaces if one.shapes is shapes or one.shapes == shapes), None)
        if found is None:
            found = Workspace(shapes, self._dtype)
            self._workspaces = [*self._workspaces[1 - KINDS :], found]
        return found
