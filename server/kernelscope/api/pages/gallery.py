"""The gallery: comparisons that are ready to be opened, each an address with a picture and a sentence."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl

from kernelscope.experiment import ExperimentConfig, LaneConfig, address
from kernelscope.nn import SGD, Gaussian
from kernelscope.nn.layers.fields import number

STEPS = 300
"""The step after which the pictures show the lanes (docs/take_gallery.py)."""


class Comparison(NamedTuple):
    """A comparison. Its pictures are ``static/gallery/NAME.THEME.png``, its words ``gallery.NAME`` and those below."""

    name: str
    query: str
    """The query with which ``/`` opens it."""
    shown: str = ""
    """How it is shown, as the rest of the query."""

    @property
    def address(self) -> str:
        """The whole query, with what is shown."""
        return "&".join(filter(None, (self.query, self.shown)))

    @property
    def own_scales(self) -> bool:
        """Whether each lane is shown on a colour scale of its own."""
        return "colours=lanes" in self.shown

    @property
    def config(self) -> ExperimentConfig:
        """The experiment."""
        return address.read(parse_qsl(self.query))

    def lanes(self, t: Callable[[str], str]) -> list[str]:
        """Say of each lane what sets it apart, in the words of `t`."""
        lanes = self.config.lanes
        by_optimizer = len({lane.optimizer for lane in lanes}) > 1
        return [_optimizer(lane, t) if by_optimizer else _apart(lane, t) for lane in lanes]


COMPARISONS = (
    Comparison("rates", "lanes=0.003,0.1,1"),
    Comparison("start", "lanes=0.1:std0.02,0.1:he", "colours=lanes"),
    Comparison("activation", "lanes=0.1:relu,0.1:tanh"),
    Comparison("optimizer", "lanes=0.03,0.03:momentum0.9,0.001:adam"),
    Comparison("batch", "batch=256&lanes=0.03:batch1,0.03:batch16,0.03:batch64,0.03:batch256"),
    Comparison("collapse", "lanes=0.3,0.8,1"),
    Comparison("colour", "data=photos"),
    Comparison("planted", "data=planted", "colours=lanes"),
)


def _apart(lane: LaneConfig, t: Callable[[str], str]) -> str:
    match lane:
        case LaneConfig(init=Gaussian(std)):
            return f"σ {number(std)}"
        case LaneConfig(init=init) if init is not None:
            return "He"
        case LaneConfig(activation=str(activation)):
            return t(f"network.kind.{activation}")
        case LaneConfig(batch=int(batch)):
            return str(batch)
        case _:
            return number(lane.learning_rate)


def _optimizer(lane: LaneConfig, t: Callable[[str], str]) -> str:
    match lane.optimizer:
        case SGD(momentum=momentum) if momentum > 0:
            return t("gallery.momentum")
        case optimizer:
            return t(f"editor.optimizer.{optimizer.type}")
