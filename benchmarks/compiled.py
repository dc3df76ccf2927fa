"""PyTorch's side as ``torch.compile`` makes it: forward pass, loss and backward pass, by TorchInductor's default mode.

It writes C++, so it needs a compiler for that and Python's headers. It takes seconds to minutes, which is not
timed. What it has compiled it keeps where PyTorch always does, in the system's folder for temporary files.
"""

from collections.abc import Sequence
from functools import cache

import torch

from benchmarks.models import Model
from benchmarks.pytorch import OneByOne, loss_of


@cache
def why_not() -> str | None:
    """Try it on the smallest task. Return why nothing can be compiled here, in a line; None: it can."""
    # In this process: those that it would start otherwise stay, and would be there while others are timed.
    torch._inductor.config.compile_threads = 1
    try:
        torch.compile(lambda x: x.sin() + 1)(torch.zeros(64))
    except Exception as problem:  # of many kinds: of Dynamo, of Inductor, of the C++ compiler
        return f"{problem}".strip().splitlines()[0]
    return None


class Compiled(OneByOne):
    """Lanes one after the other; those of one shape and layout share what is compiled."""

    def __init__(self, model: Model, layout: str, threads: int, lanes: Sequence[int] = (0,)) -> None:
        super().__init__(model, layout, threads, lanes)
        self.loss = torch.compile(loss_of, dynamic=False)  # type: ignore[method-assign]

    def close(self) -> None:
        """Forget everything that was compiled: one function can be compiled in a few ways only."""
        torch.compiler.reset()
