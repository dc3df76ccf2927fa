"""The training of an experiment's lanes in lockstep."""

from collections.abc import Sequence

import numpy as np

from kernelscope.datasets import Batches, Dataset
from kernelscope.datasets.preparation import Seen
from kernelscope.experiment import earlier
from kernelscope.experiment.arrange import arranged
from kernelscope.experiment.checkpoint import CheckpointError, as_count, pack, unpack
from kernelscope.experiment.config import ExperimentConfig, Stop
from kernelscope.experiment.evaluation import EvaluationRecord, Evaluations
from kernelscope.experiment.evidence import other_images
from kernelscope.experiment.images import Images
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.lane_config import LaneConfig, Wanted
from kernelscope.experiment.last_step import LaneStep, LastStep
from kernelscope.experiment.phases import PhasedStep, Phases
from kernelscope.experiment.place import Weight
from kernelscope.experiment.probe import probes
from kernelscope.experiment.records import StepRecord
from kernelscope.nn import DataParallel, Parameters
from kernelscope.nn.inputs import require_rate
from kernelscope.nn.masks import Masks


class Experiment:
    """A configuration being trained. ``advance()`` makes one step of all lanes.

    It is independent of clocks, processes and sockets. Lanes are independent of one another: neither the number of
    `threads` (default: see `DataParallel`) nor a further lane changes a bit of any of them.

    Attributes:
        data: the images as they are.
        seen: the same as networks see them.
        images: the images one by one, and pictures of viewers.
        others: training images, the same for all lanes and steps, on which updates are looked at again; their labels.
        last: the last step; None if it is no longer known.
        parallel: the crew that computes the lanes' steps; all other computations take turns with those.
    """

    def __init__(
        self, config: ExperimentConfig, data: Dataset, threads: int | None = None, parallel: DataParallel | None = None
    ) -> None:
        self._config = config
        self.data = data
        self.seed = config.seed
        self._begin(config.lanes)
        self.images = Images(data, self.seen.prepare)
        probed = probes(data.test_labels)
        self.probe, self.probe_labels = self.seen.test_images[probed], data.test_labels[probed]
        network = self.lanes[0].network
        self.parallel = parallel or DataParallel(network.shapes, network.dtype, threads)

    def _begin(self, lanes: Sequence[LaneConfig]) -> None:
        weights, order = np.random.SeedSequence(self.seed).spawn(2)
        config = self._config
        self.seen = data = Seen(self.data, config.preparation, config.augmentation, self.seed)
        self.step = 0
        self.images_seen = 0
        self.edits = 0
        self._batches = Batches(data.train_images, data.train_labels, config.batch_size, np.random.default_rng(order))
        shape = self.data.image_shape
        self.lanes = [Lane(lane, config.architecture, shape, weights) for lane in lanes]
        self.others = other_images(data.train_images, data.train_labels, self.seed)
        self._evaluations = Evaluations(config.test_every, (data.test_images, data.test_labels), self.others)
        self._evaluations.begin(0, self.lanes)
        self._initial = {lane.config.init: lane.network.params.copy() for lane in self.lanes}
        self.last: LastStep | None = None
        self._phases = Phases(self._batches)

    @property
    def config(self) -> ExperimentConfig:
        """The configuration, with the current seed and lanes."""
        return self._config.model_copy(update={"seed": self.seed, "lanes": [lane.config for lane in self.lanes]})

    def reset(self, seed: int | None = None) -> None:
        """Return to step 0 with the current lanes, and with the same initial weights and batches or another `seed`."""
        if seed is not None:
            self.seed = seed
        self._begin([lane.config for lane in self.lanes])

    def set_learning_rate(self, lane_id: str, rate: float) -> None:
        """Set a lane's learning rate from the next step on.

        Raises:
            KeyError: there is no such lane.
            Impossible: the rate is negative, infinite or not a number.
        """
        lane = {lane.id: lane for lane in self.lanes}[lane_id]
        require_rate(rate)
        lane.configure(lane.config.model_copy(update={"learning_rate": float(rate)}))

    def set_stop(self, stop: Stop) -> None:
        """Set the conditions for an automatic pause."""
        self._config = self._config.model_copy(update={"stop": stop})

    def newcomers(self, lanes: Sequence[LaneConfig]) -> "Experiment":
        """Create lanes at step 0 that are to catch up with these before `arrange`.

        They have the same initial weights, batches and threads.
        """
        config = self.config.model_copy(update={"lanes": list(lanes)})
        return Experiment(config, self.data, parallel=self.parallel)

    def arrange(
        self, lanes: Sequence[LaneConfig], sources: Sequence[str | None], newcomers: "Experiment | None"
    ) -> None:
        """Continue with copies of these lanes, in this order. No bit of those that stay changes.

        Args:
            lanes: settings of the lanes.
            sources: for each lane the id of the present one that it continues; None for the next of the newcomers.
            newcomers: the lanes that have caught up, in order; None if there are none.

        Raises:
            ValueError: the newcomers have not caught up, or an evaluation is in progress, here or there.
        """
        if self.evaluating or (newcomers and (newcomers.evaluating or newcomers.step != self.step)):
            raise ValueError(
                f"expected lanes at step {self.step} and no evaluation under way, got"
                f" {newcomers and newcomers.step} and {self.evaluating or (newcomers and newcomers.evaluating)}"
            )
        self.abandon_phases()
        self.lanes = arranged(self.lanes, lanes, sources, newcomers.lanes if newcomers else ())
        self._initial = (newcomers._initial if newcomers else {}) | self._initial
        self._evaluations = self._evaluations.renewed()
        self._batches = self._batches.copy()
        self._phases = Phases(self._batches)
        self.last = None

    @property
    def finished(self) -> bool:
        """Whether every lane has stopped."""
        return all(lane.stopped for lane in self.lanes)

    def advance(self) -> tuple[StepRecord, list[EvaluationRecord]]:
        """Make one step of every lane on the same batch, or the rest of it if it has been begun in phases.

        If an evaluation is in progress, a share of the test set is evaluated too; that of a pause is abandoned.
        """
        self._evaluations.go_on()
        live = self._live
        if phased := self._phases.finish():
            images, labels, losses = phased.images, phased.labels, phased.losses
        else:
            images, labels = next(self._batches)
            counts = [lane.config.images(len(labels)) for lane in live]
            networks = [lane.network for lane in live]
            losses = self.parallel.gradients(networks, images, labels, self.next_masks, counts)
        made = {lane.id: lane.update(loss, self.probe) for lane, loss in zip(live, losses, strict=True)}
        self.last = LastStep(images, labels, made)
        record = StepRecord.of(self.step + 1, [lane.id for lane in self.lanes], made)
        self.step += 1
        self.images_seen += len(labels)
        tests = [test for _ in range(self._evaluations.share(self.step)) for test in self.evaluate()]
        self._evaluations.begin_if_due(self.step, self.lanes)
        return record, tests

    @property
    def _live(self) -> list[Lane]:
        return [lane for lane in self.lanes if not lane.stopped]

    @property
    def phased(self) -> PhasedStep | None:
        """The step that is being made in phases: begun, but not yet updated; None if there is none."""
        return self._phases.step

    def advance_phase(self) -> bool:
        """Make the next stage of a step in phases, beginning one if need be; False if only its update is left.

        The update is made by `advance`. The bits are those of an ordinary step.

        Raises:
            ValueError: every lane has stopped, or it would take too much memory.
        """
        if self.finished:
            raise ValueError("expected a lane that has not stopped: there is no step to be made")
        return self._phases.advance(
            [lane.network for lane in self._live], self.next_masks, [lane.config.images for lane in self._live]
        )

    def abandon_phases(self) -> None:
        """Abandon a step in phases, as if it had not been begun."""
        self._phases.abandon()

    @property
    def epoch_end(self) -> int:
        """The last step of the epoch that the next step belongs to."""
        return (self.epoch + 1) * self._batches.in_epoch

    @property
    def epoch(self) -> int:
        """The epoch, from 0 on, that the next step belongs to."""
        return self.step // self._batches.in_epoch

    @property
    def evaluating(self) -> bool:
        """Whether an evaluation of the test set is in progress."""
        return self._evaluations.busy

    @property
    def untested(self) -> bool:
        """Whether the lanes have changed since the newest evaluation was begun, and not all have diverged."""
        return self._evaluations.newest != self.step and not self.finished

    def test_at_rest(self) -> None:
        """Begin to evaluate the lanes as they are; the next step abandons what is not done by then."""
        self._evaluations.begin(self.step, self.lanes, at_rest=True)

    def evaluate(self) -> list[EvaluationRecord]:
        """Continue an evaluation, if one is in progress; return its result after the last share."""
        return self._evaluations.advance(self.parallel, self.lanes)

    def set_weight(self, lane_id: str, weight: Weight, value: float) -> float:
        """Set a weight of a lane by hand, and return its previous value. A step in phases is restarted.

        Raises:
            Impossible: there is no such weight.
            LookupError: there is no such lane.
            ValueError: the value is not finite in float32, or the lane has stopped.
        """
        index = weight.flat_index(self.lanes[0].network.params)
        lane = self.lane(lane_id)
        if lane is None:
            raise LookupError(f"lane: expected one of {', '.join(lane.id for lane in self.lanes)}, got {lane_id!r}")
        before = lane.set_weight(index, value)
        self._evaluations.outdate()
        self.abandon_phases()
        self.edits += 1
        return before

    def lane(self, lane_id: str) -> Lane | None:
        """The lane with this id; None if there is none."""
        return next((lane for lane in self.lanes if lane.id == lane_id), None)

    def last_of(self, lane: Lane) -> LaneStep | None:
        """The last step of a lane, with the images of the batch that it saw; None if it made none, or it is unknown."""
        return self.last and self.last.of(lane)

    def initial(self, lane: Lane) -> Parameters:
        """The weights with which a lane began; the same array for all lanes with one initialisation."""
        return self._initial[lane.config.init]

    @property
    def last_masks(self) -> Masks:
        """The dropout masks of the last step, the same for all lanes."""
        return Masks(self.seed, self.step)

    @property
    def next_masks(self) -> Masks:
        """Those of the next step."""
        return Masks(self.seed, self.step + 1)

    @property
    def kept(self) -> list[int]:
        """All steps of which some lane has a keyframe, ascending, and the current step."""
        return sorted({self.step}.union(*(lane.keyframes.steps for lane in self.lanes)))

    def checkpoint(self, wanted: Wanted | None = None) -> bytes:
        """Pack the state that the next steps depend on, and the `wanted` lanes; `restore` resumes bit for bit."""
        return pack(
            {
                "seed": self.seed,
                "step": self.step,
                "images_seen": self.images_seen,
                "edits": self.edits,
                "batches": self._phases.batches,
                "lanes": [lane.state() for lane in self.lanes],
                "evaluations": self._evaluations.state(),
                "wanted": wanted and wanted.members(),
            }
        )

    def restore(self, checkpoint: bytes) -> Wanted | None:
        """Resume from a checkpoint of the same configuration, and return the lanes that were wanted, if any.

        Raises:
            CheckpointError: these bytes are not a checkpoint, or one of another configuration.
        """
        try:
            state = unpack(checkpoint)
            self.reset(state["seed"])
            self.step, self.images_seen = as_count(state["step"]), as_count(state["images_seen"])
            self.edits = as_count(state.get("edits", 0))  # early checkpoints have none
            self._batches.restore(state["batches"])
            for lane, its_state in zip(self.lanes, state["lanes"], strict=True):
                lane.restore(its_state)
            self._evaluations.restore(state.get("evaluations") or earlier.evaluations(state), self.lanes)
            if not (wanted := state.get("wanted")):
                return None
            lanes = [LaneConfig.model_validate(lane) for lane in wanted["lanes"]]
            return Wanted(self._config.model_copy(update={"lanes": lanes}).checked().lanes, dict(wanted["copies"]))
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise CheckpointError(
                f"expected a checkpoint of this configuration, got one that does not fit: {error!r}"
            ) from error
