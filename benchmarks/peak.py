"""The machine's peak performance: float32 matrix products of 1024³, the fastest operation of the BLAS.

One product runs on each of the case's threads, with the BLAS held to one thread as in `kernelscope.nn`.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

SIZE = 1024
FLOPS = 2 * SIZE**3


class Sgemm:
    """A contestant (`benchmarks.interleave`) whose step is a product on every thread."""

    def __init__(self, threads: int) -> None:
        rng = np.random.default_rng(0)
        self.operands = [tuple(rng.standard_normal((SIZE, SIZE), np.float32) for _ in range(3)) for _ in range(threads)]
        self.threads = ThreadPoolExecutor(threads)

    def run(self, steps: int) -> None:
        """Compute `steps` products on every thread."""

        def multiply(thread: int) -> None:
            a, b, out = self.operands[thread]
            for _ in range(steps):
                np.matmul(a, b, out=out)

        list(self.threads.map(multiply, range(len(self.operands))))

    def gflops(self, milliseconds: float) -> float:
        """Return the performance of all threads together, for a step that takes this long."""
        return gflops(FLOPS * len(self.operands), milliseconds)

    def close(self) -> None:
        """End the threads."""
        self.threads.shutdown()


def gflops(operations: int, milliseconds: float) -> float:
    """Return the performance in GFLOPS."""
    return operations / milliseconds / 1e6
