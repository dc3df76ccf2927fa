"""The `experiment` message, put together from what is saved and what the source reports."""

from collections.abc import Sequence

from kernelscope.experiment import address
from kernelscope.hosting.views import DatasetView, ExperimentView, Kept, LaneView, LayerView
from kernelscope.nn import LayerShape
from kernelscope.source.reports import State
from kernelscope.store import Saved


def asleep(saved: Saved, kept: Kept = "yes") -> ExperimentView:
    """Describe an experiment without a source. Opening its stream gives it one, which resumes where it stood."""
    view = saved_view(saved, saved.config.shapes())
    view.kept = kept
    return view


def saved_view(saved: Saved, shapes: Sequence[LayerShape]) -> ExperimentView:
    """Describe a saved experiment, whose layers have these `shapes`."""
    config = saved.config
    return ExperimentView(
        id=saved.id,
        name=saved.name,
        created=saved.created,
        status="asleep",
        run=1,
        config=config,
        address=address.write(config),
        dataset=DatasetView.of(config.dataset),
        layers=LayerView.all(shapes, len(config.lanes)),
        lanes=[LaneView.of(lane, config) for lane in config.lanes],
    )


def add_state(view: ExperimentView, state: State, *, failed: bool) -> None:
    """Add a source's report of itself to the view; where it has `failed`, nothing is under way any more."""
    view.status = "failed" if failed else state.status
    view.stopped = state.stopped
    if not failed:
        view.catching_up = state.catching_up
        view.phases = state.phases
        view.undo = state.undo
    view.edits = state.edits
    view.last_edit = state.last_edit
    view.lanes = [
        LaneView.of(
            lane,
            state.config,
            status=condition.status,
            step=condition.step,
            cause=condition.cause,
            reason=condition.reason,
            verdict=verdict,
        )
        for lane, condition, verdict in zip(state.config.lanes, state.conditions, state.verdicts, strict=True)
    ]
