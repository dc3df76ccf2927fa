"""The gallery: every comparison is possible, has its pictures, and shows what its sentence says."""

import re
from itertools import pairwise

import httpx
import numpy as np
import pytest
from kernelscope.api.pages import links
from kernelscope.api.pages.gallery import COMPARISONS, Comparison
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, StepRecord
from kernelscope.settings import STATIC

from tests.clients import NAVIGATION, led_to
from tests.experiment.support import part

NAMED = {one.name: one for one in COMPARISONS}


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_each_comparison_is_a_link_with_pictures_that_are_there(client: httpx.Client, lang: str) -> None:
    page = client.get(f"/gallery?lang={lang}")
    assert page.status_code == 200
    found = re.findall(r'<h2><a href="[^"?]*\?([^"]+)">', page.text)
    assert [address.replace("&amp;", "&") for address in found] == [one.address for one in COMPARISONS]
    pictures = re.findall(r'src="([^"]+\.png)"', page.text)
    assert len(pictures) == 2 * len(COMPARISONS)
    for picture in pictures:
        assert client.get(picture.removeprefix(".")).headers["content-type"] == "image/png"
    assert "{" not in page.text.partition("<main")[2]  # all words are filled in


@pytest.mark.parametrize("one", COMPARISONS, ids=lambda one: one.name)
def test_each_comparison_can_be_opened(one: Comparison) -> None:
    """And its pictures, light ones, have a row for each lane, as its labels do."""
    link = links.sort([(name, value) for name, _, value in (pair.partition("=") for pair in one.address.split("&"))])
    config = links.read(link)
    assert config == one.config
    lanes = one.lanes(lambda key: key)
    assert len({*lanes}) == len(config.lanes) > 1
    for theme in ("light", "dark"):
        png = (STATIC / "gallery" / f"{one.name}.{theme}.png").read_bytes()
        assert len(png) < 4000
        assert np.frombuffer(png[16:24], ">u4").tolist() == [63, 8 * len(lanes) - 1]


def test_a_comparison_opens_an_experiment(own: httpx.Client) -> None:
    with httpx.Client(base_url=own.base_url, headers=NAVIGATION, timeout=20) as visitor:
        opened = led_to(visitor.get(f"/?{NAMED['start'].address}"))
    assert opened.endswith("?colours=lanes")
    config = own.get(f"/api/experiments/{opened.partition('?')[0].removeprefix('/e/')}").json()["config"]
    assert "gallery" not in own.get(opened.partition("?")[0].replace("/e/", "/w/")).text, (
        "who only watches opens nothing"
    )
    assert [lane["init"] for lane in config["lanes"]] == [{"std": 0.02, "type": "gaussian"}, {"type": "he"}]


def trained(name: str, steps: int, digits: Dataset) -> tuple[Experiment, list[StepRecord], list[float]]:
    """The experiment, its steps, and the accuracy of each lane at the last test."""
    config = NAMED[name].config
    assert config.dataset == digits.name
    experiment = Experiment(config, part(digits, 10_000, 200), 1)
    records, tested = [], []
    for _ in range(steps):
        record, tests = experiment.advance()
        records.append(record)
        tested += tests
    while experiment.evaluating:
        tested += experiment.evaluate()
    return experiment, records, list(tested[-1].accuracy)


def test_from_he_it_learns_at_once_and_its_kernels_hardly_change(digits: Dataset) -> None:
    experiment, _, (small, he) = trained("start", 40, digits)
    assert he > small + 0.2
    moved = []
    for lane in experiment.lanes:
        before, after = (params["conv1.weight"] for params in (experiment.initial(lane), lane.network.params))
        moved.append(np.linalg.norm(after - before) / np.linalg.norm(before))
    assert moved[0] > 3 * moved[1]


def test_tanh_learns_sooner_at_first(digits: Dataset) -> None:
    _, _, (relu, tanh) = trained("activation", 50, digits)
    assert tanh > relu + 0.05


def test_momentum_and_adam_leave_sgd_behind(digits: Dataset) -> None:
    _, _, (sgd, momentum, adam) = trained("optimizer", 20, digits)
    assert momentum > sgd + 0.1
    assert adam > sgd + 0.1


def test_above_a_rate_that_works_a_layer_dies(digits: Dataset) -> None:
    experiment, _, accuracy = trained("collapse", 32, digits)
    assert [lane.condition.status for lane in experiment.lanes] == ["training", "collapsed", "collapsed"]
    assert accuracy[0] > 0.5


def test_the_fewer_images_the_more_the_loss_jumps(digits: Dataset) -> None:
    _, records, _ = trained("batch", 6, digits)
    jumps = [
        np.abs([b - a for a, b in pairwise(losses)]).mean()
        for losses in zip(*(one.loss for one in records), strict=True)
    ]
    assert jumps[0] > 2 * jumps[1] > 4 * jumps[3]
