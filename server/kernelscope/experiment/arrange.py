"""Rearranging the lanes of an experiment."""

from collections.abc import Sequence

from kernelscope.experiment.lane import Lane
from kernelscope.experiment.lane_config import LaneConfig


def arranged(
    lanes: Sequence[Lane], configs: Sequence[LaneConfig], sources: Sequence[str | None], arrived: Sequence[Lane]
) -> list[Lane]:
    """Give the lanes with these settings, in this order: copies of those there are or new ones.

    Args:
        lanes: those there are; they stay as they are.
        configs: the settings of those wanted.
        sources: for each the id of the lane whose weights it goes on with; None: it is the next that has `arrived`.
        arrived: the new ones, in order.
    """
    staying, coming = {lane.id: lane for lane in lanes}, iter(arrived)
    found: list[Lane] = []
    for config, source in zip(configs, sources, strict=True):
        lane = next(coming) if source is None else staying[source].copy()
        lane.configure(config)
        found.append(lane)
    return found
