"""An experiment: lanes that begin with the same weights and see the same batches, trained in lockstep."""

from server.experiment.catch_up import CatchUp
from server.experiment.checkpoint import CheckpointError
from server.experiment.config import ExperimentConfig, LaneConfig, Stop, Wanted, sources
from server.experiment.evaluation import EvaluationRecord
from server.experiment.experiment import MEASURES, Experiment, StepRecord, lanes_of
from server.experiment.lane import Condition
from server.experiment.observation import ObservationRecord
from server.experiment.snapshot import Snapshot, Stack, kernel_shapes
from server.experiment.stop import Stopped, Watch
from server.experiment.verdict import Verdict

__all__ = [
    "MEASURES",
    "CatchUp",
    "CheckpointError",
    "Condition",
    "EvaluationRecord",
    "Experiment",
    "ExperimentConfig",
    "LaneConfig",
    "ObservationRecord",
    "Snapshot",
    "Stack",
    "StepRecord",
    "Stop",
    "Stopped",
    "Verdict",
    "Wanted",
    "Watch",
    "kernel_shapes",
    "lanes_of",
    "sources",
]
