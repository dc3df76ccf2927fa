"""What the tests' workers have in memory from their first moment on."""

from functools import cache

from kernelscope import datasets
from kernelscope.runner import main as main  # all that a worker runs

datasets.load = cache(datasets.load)
datasets.load("digits")
