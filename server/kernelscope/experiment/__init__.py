"""Experiments: lanes that start from the same weights and see the same batches, trained in lockstep."""

from kernelscope.experiment.catch_up import CatchUp
from kernelscope.experiment.checkpoint import CheckpointError, lanes_of
from kernelscope.experiment.config import ExperimentConfig, Stop
from kernelscope.experiment.evaluation import EvaluationRecord
from kernelscope.experiment.experiment import Experiment
from kernelscope.experiment.kept import KeptRun
from kernelscope.experiment.kernels import always_shown, kernel_shapes
from kernelscope.experiment.lane import Condition
from kernelscope.experiment.lane_config import LaneConfig, Wanted, sources
from kernelscope.experiment.records import MEASURES, StepRecord
from kernelscope.experiment.stop import Stopped, Watch

__all__ = [
    "MEASURES",
    "CatchUp",
    "CheckpointError",
    "Condition",
    "EvaluationRecord",
    "Experiment",
    "ExperimentConfig",
    "KeptRun",
    "LaneConfig",
    "StepRecord",
    "Stop",
    "Stopped",
    "Wanted",
    "Watch",
    "always_shown",
    "kernel_shapes",
    "lanes_of",
    "sources",
]
