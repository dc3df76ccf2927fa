"""Experiments that were only looked at are forgotten."""

from kernelscope.experiment import ExperimentConfig
from kernelscope.hosting.untouched import Untouched
from kernelscope.store import Saved

CONFIG = ExperimentConfig()


def test_each_is_there_for_so_long_and_so_many_at_most() -> None:
    now = 0.0
    untouched = Untouched(most=2, seconds=10, clock=lambda: now)
    for id in "abc":
        untouched.put(Saved(id, "", CONFIG), run=4)
        now += 4
    assert untouched.get("a") is None
    found = untouched.get("b")
    assert found
    assert (found.saved.id, found.run) == ("b", 4)
    assert [saved.id for saved in untouched.all()] == ["b", "c"]
    now = 14.5
    assert untouched.get("b") is None
    assert untouched.pop("c")
    assert untouched.pop("c") is None
