"""What the store has of an experiment."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig

Part = tuple[str, int, int, int]
"""Names a range of scalars: the track, the first row, the row after the last, the stretch whose extremes they are."""


@dataclass(frozen=True)
class Saved:
    """An experiment as it was saved."""

    id: str
    created: str
    """ISO 8601, UTC."""
    config: ExperimentConfig
    """The configuration, with the seed and learning rates currently in use."""
    owner: str | None = None
    """The hashed visitor who opened it."""
    name: str = ""
    """The owner's name for it; empty: none was given."""


@dataclass(frozen=True)
class Standing:
    """The state from which an experiment is resumed."""

    run: int
    checkpoint: bytes | None = None
    """None at step 0."""
    lineage: int = 0
    """The lineage of the scalars; stored parts of another one are not continued."""
    parts: Mapping[Part, bytes | None] = field(default_factory=dict)
    """The scalars up to the checkpoint. When storing, None stands for a part that is stored already."""
    history: bytes | None = None
    """The scalars as earlier versions stored them."""

    @property
    def step(self) -> int:
        """The step at which it stands."""
        return max((last for track, _, last, _ in self.parts if track == "steps"), default=0)


@dataclass(frozen=True)
class Listed:
    """An experiment in a list, with where it stands."""

    saved: Saved
    step: int = 0
    """The step of the kept checkpoint."""
    kept_at: str | None = None
    """When what is kept last changed, ISO 8601, UTC; None: at no time, or before versions that note it."""


def now() -> str:
    """Return the present time as records have it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def words_of(search: str) -> list[str]:
    """Return the words to look for, without regard to case."""
    return search.casefold().split()


def matches(name: str, config: str, words: Collection[str]) -> bool:
    """Tell whether each word is in an experiment's name or data set, or in what its lanes are and are called.

    Args:
        name: of the experiment.
        config: its configuration as JSON; one that cannot be read has no words.
        words: from `words_of`.
    """
    try:
        members = json.loads(config)
        said = [name, members["dataset"], str(len(members["lanes"]))]
        said += [datasets.info(members["dataset"]).title]
        for lane in members["lanes"]:
            said += [f"{lane['learning_rate']:.12g}", lane["optimizer"]["type"], lane["name"]]
            said += [(lane.get("init") or {}).get("type", ""), lane.get("activation") or ""]
    except (ValueError, LookupError, TypeError):
        return False
    text = " ".join(said).casefold()
    return all(word in text for word in words)
