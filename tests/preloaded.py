"""What the tests' workers have in memory from their first moment on."""

from functools import cache

from kernelscope import datasets
from kernelscope.nn import parallel
from kernelscope.runner import main as main  # all that a worker runs

parallel.PAYS = 10.0  # seconds: for what tests train, helper processes would cost more than they save
datasets.load = cache(datasets.load)
datasets.load("digits")
