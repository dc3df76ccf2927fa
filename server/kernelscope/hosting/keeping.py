"""Conversion between an experiment in memory and its stored form."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from kernelscope.experiment import ExperimentConfig, lanes_of
from kernelscope.store import Part, Saved, Standing, Store
from kernelscope.stream.history import History, Position
from kernelscope.stream.track import Part as Rows
from kernelscope.stream.wire import WireError, decode
from kernelscope.studies.observation import filters

KEPT_WITH_FRAMES = 3
"""The protocol version of the frames in which earlier versions of Kernelscope stored scalars."""

log = logging.getLogger(__name__)


class Rest(NamedTuple):
    """A checkpoint, and the position in the history up to which scalars belong to it."""

    checkpoint: bytes
    position: Position


def beginning(run: int, config: ExperimentConfig) -> History:
    """Return the empty history of a new run."""
    return History(run, len(config.lanes), filters(config.shapes()))


def resumed(saved: Saved, standing: Standing) -> tuple[Saved, History, Rest | None]:
    """Read where an experiment stands: with the lanes of its checkpoint, the scalars, and the checkpoint itself.

    An experiment that cannot be read starts over at step 0, with a warning in the log.
    """
    if standing.checkpoint:
        try:
            config = saved.config.model_copy(update={"lanes": lanes_of(standing.checkpoint)})
            history = _history(config, standing)
            return replace(saved, config=config), history, Rest(standing.checkpoint, history.position)
        except (WireError, LookupError, ValueError) as error:
            log.warning("experiment %s: the checkpoint cannot be read, starting over at step 0: %s", saved.id, error)
            return saved, beginning(standing.run + 1, saved.config), None
    return saved, beginning(standing.run, saved.config), None


def _history(config: ExperimentConfig, standing: Standing) -> History:
    if standing.history:
        return History.read(decode(standing.history, KEPT_WITH_FRAMES)[0], standing.run)
    parts = {Rows(*part): data for part, data in standing.parts.items() if data is not None}
    return History.of_parts(standing.run, len(config.lanes), filters(config.shapes()), standing.lineage, parts)


def standing_of(store: Store, id: str, run: int, rest: Rest | None, history: History) -> Standing:
    """Return what to store of a checkpoint, with the scalars up to it that the store lacks. Blocks: call in a thread.

    Args:
        store: where the experiment is, or is going to be.
        id: the experiment's.
        run: the number under which it will resume.
        rest: the checkpoint; None: it resumes at step 0.
        history: a copy that does not change (`History.frozen`).
    """
    if rest is None:
        return Standing(run)
    stored = store.stored(id, history.lineage)
    try:
        wanted = history.parts(rest.position, [Rows(*part) for part in stored])
    except ValueError:  # the checkpoint is older than the window of the newest rows
        history, stored = history.branch(run, rest.position), set()
        wanted = history.parts(rest.position, [])
    parts: Mapping[Part, bytes | None] = {part: None if part in stored else history.stored(part) for part in wanted}
    return Standing(run, rest.checkpoint, history.lineage, parts)
