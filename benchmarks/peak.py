"""What the machine could do at best: float32 matrix products of 1024³, which BLAS runs as fast as it can run anything.

As many at once as the case has threads, each on a Python thread and BLAS itself on one, as in `kernelscope.nn`.
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
        """So many products on every thread."""

        def multiply(thread: int) -> None:
            a, b, out = self.operands[thread]
            for _ in range(steps):
                np.matmul(a, b, out=out)

        list(self.threads.map(multiply, range(len(self.operands))))

    def gflops(self, milliseconds: float) -> float:
        """Of all threads together, where a step takes this long."""
        return gflops(FLOPS * len(self.operands), milliseconds)

    def close(self) -> None:
        """End the threads."""
        self.threads.shutdown()


def gflops(operations: int, milliseconds: float) -> float:
    """Thousand million operations a second."""
    return operations / milliseconds / 1e6
