"""Best patches, against a search of every position of every image, one after the other."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment
from kernelscope.impossible import Impossible
from kernelscope.nn import AveragePool, Conv, Dense, GlobalMaxPool, LayerSpec, LeakyReLU, MaxPool, ReLU, receptive_field
from kernelscope.studies import patches
from kernelscope.studies.maximisation import FormationSubject, MaximisationSubject
from kernelscope.studies.patches import PATCHES, Patches, PatchesSubject, Ranking

from tests.experiment.support import Array, run, small
from tests.nn.textbook import forward

NETWORK: list[LayerSpec] = [
    Conv("conv1", 3, (3, 2), padding=(1, 0), stride=(1, 2)),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 4, 3, padding=1),
    ReLU("relu2"),
    Dense("dense", 10),
]


OTHERS: list[LayerSpec] = [
    AveragePool("pool1", (2, 1)),
    Conv("conv1", 6, (3, 2), padding=(1, 0)),
    LeakyReLU("leaky1", 0.5),
    AveragePool("pool2", 2),
    Conv("conv2", 4, 2, padding=1, dilation=(1, 2), groups=2),
    GlobalMaxPool("globalmax"),
    Dense("dense", 10),
]


def tied(channels: int, train: int = 90) -> Dataset:
    """Images of few grey levels, with large empty parts and several that are equal: at most positions values tie."""
    rng = np.random.default_rng(5)

    def images(count: int) -> Array:
        pixels = rng.integers(0, 3, (count, channels, 12, 9)).astype(np.float32) / 2
        pixels[:, :, :5] = 0
        pixels[count // 2 :] = pixels[: count - count // 2]
        return pixels

    def labels(count: int) -> Array:
        return np.arange(count) % 10

    return Dataset("tied", "Tied", images(train), labels(train), images(20), labels(20), tuple("0123456789"))


def planted(channels: int, network: list[LayerSpec] = NETWORK) -> Experiment:
    """With weights that are small whole numbers, every sum is exact in float32, in any order."""
    experiment = small(0.1, data=tied(channels), architecture=network)
    params = experiment.lanes[0].network.params
    params.flat[...] = np.random.default_rng(6).integers(-2, 3, params.flat.size)
    return experiment


def whole(experiment: Experiment, subject: PatchesSubject) -> Patches:
    *_, found = [result for result in subject.study(experiment) if result]
    return found


def maps(experiment: Experiment, layer: str) -> Array:
    """The pre-activations ``[image, out, row, col]`` of all training images, as the textbook computes them."""
    params = {name: array.astype(np.float64) for name, array in experiment.lanes[0].network.params.items()}
    network = experiment.config.architecture
    outputs = forward(network, params, experiment.data.train_images)[1:]
    return outputs[[spec.name for spec in network].index(layer)]


@pytest.mark.parametrize(("channels", "network"), [(1, NETWORK), (3, OTHERS)], ids=["usual", "others"])
@pytest.mark.parametrize("layer", ["conv1", "conv2", "dense"])
def test_they_are_those_of_a_search_of_every_position_of_every_image(
    layer: str, channels: int, network: list[LayerSpec]
) -> None:
    experiment = planted(channels, network)
    found = whole(experiment, PatchesSubject("A", layer))
    every = maps(experiment, layer)
    images, filters, rows, cols = every.shape
    ties = 0
    for out in range(filters):
        told, _ = found.of(out)
        for end, sign in (("most", 1), ("least", -1)):
            best = []
            for image in range(images):
                value, place = max(
                    (sign * every[image, out, row, col], (-row, -col)) for row in range(rows) for col in range(cols)
                )
                best.append((-value, image, -place[0], -place[1]))
            wanted = [(-sign * value, image, row, col) for value, image, row, col in sorted(best)[:PATCHES]]
            ties += len(wanted) - len({value for value, *_ in wanted})
            got = [(one["value"], one["image"], one["row"], one["col"]) for one in told if one["end"] == end]
            assert got == wanted
    assert ties > filters, "or nothing is said of ties"


def test_the_pixels_are_those_that_the_filter_sees() -> None:
    experiment = small(0.1)
    run(experiment, 20)
    subject = PatchesSubject("A", "conv2")
    members = subject.members(whole(experiment, subject))
    assert members["images"] == members["searched"] == 100
    assert members["field"] == {"size": (8, 8), "step": (2, 2), "start": (-3, -3)}
    pixels = np.frombuffer(b64decode(members["pixels"]["data"]), np.uint8).reshape(members["pixels"]["shape"]) / 255
    assert pixels.shape == (4 * 2 * PATCHES, 1, 8, 8)
    told = [patch for of_filter in members["filters"] for patch in of_filter]
    padded = np.pad(experiment.data.train_images, ((0, 0), (0, 0), (3, 9), (3, 9)))
    for patch, seen in zip(told, pixels, strict=True):
        top, left = 2 * patch["row"], 2 * patch["col"]
        np.testing.assert_allclose(
            seen, padded[patch["image"], :, top : top + 8, left : left + 8].clip(0, 1), atol=1 / 255
        )
        assert patch["label"] == experiment.data.train_labels[patch["image"]]
    # The value is that of the map, before ReLU.
    first = told[0]
    activations = experiment.lanes[0].network.trace(experiment.data.train_images[first["image"]][None]).activations
    assert first["value"] == pytest.approx(activations["conv2"][0, 0, first["row"], first["col"]], rel=1e-5)
    assert min(patch["value"] for patch in told) < 0


def test_a_page_of_filters_is_told_at_a_time_and_all_are_searched_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "MOST_FILTERS", 4)
    experiment = planted(1)
    one, other = PatchesSubject("A", "dense"), PatchesSubject("A", "dense", 8)
    assert one.work == other.work != PatchesSubject("A", "conv1").work
    found = whole(experiment, one)
    assert one.members(found)["filters"] == [found.of(out)[0] for out in range(4)]
    assert other.members(found)["filters"] == [found.of(out)[0] for out in (8, 9)]
    # Nor are the patches of other filters cut out.
    cut: list[int] = []
    monkeypatch.setattr(Patches, "of", lambda _, out: (cut.append(out), ([], []))[1])
    one.members(found)
    assert cut == [0, 1, 2, 3]


def test_fields_that_are_far_too_large_are_not_cut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receptive_field, "MOST_PIXELS", 12 * 9 - 1)
    experiment = planted(1)
    assert isinstance(whole(experiment, PatchesSubject("A", "conv1")), Patches)
    refusal = {"too_large": (18, 16), "most": 12 * 9 - 1}
    search = PatchesSubject("A", "dense")
    [field] = search.study(experiment)
    assert not search.is_preview(field)
    assert search.members(field) == refusal
    switches = {"jitter": False, "blur": False, "norm": False}
    # Nor is anything of that size computed meanwhile.
    monkeypatch.setattr(receptive_field.ReceptiveField, "crop", None)
    assert [*MaximisationSubject("A", "dense", 0, **switches).study(experiment)] == [refusal]
    assert [*FormationSubject("A", "dense", 0, **switches, frames=4).study(experiment)] == [refusal]


def test_the_first_images_are_a_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "PREVIEW", 64)
    experiment, subject = planted(1), PatchesSubject("A", "conv1")
    results: list[Any] = [
        result and (subject.is_preview(result), result.searched) for result in subject.study(experiment)
    ]
    assert results == [None, (True, 64), (False, 90)]


def test_what_is_not_finite_is_left_out() -> None:
    ranking = Ranking(2)
    z = np.zeros((2, 2, 1, 3), np.float32)  # row, out, col, n
    z[0, 0, 0] = np.nan, 1, 5
    z[1, 1, 0] = np.inf, 2, -3
    ranking.add(z, 40)
    assert ranking.values[:, :3].tolist() == [[5, 1, -np.inf], [2, 0, -np.inf]]
    assert ranking.places[0, :2].tolist() == [[42, 0, 0], [41, 0, 0]]
    assert ranking.places[1, :2].tolist() == [[41, 1, 0], [42, 0, 0]]


def test_training_images_fewer_than_patches_are_all_told() -> None:
    experiment = small(0.1, data=tied(1, train=4), architecture=NETWORK)
    [told, *_] = PatchesSubject("A", "conv1").members(whole(experiment, PatchesSubject("A", "conv1")))["filters"]
    assert sorted(patch["image"] for patch in told if patch["end"] == "most") == [0, 1, 2, 3]


def test_it_changes_no_bit_of_the_training_and_is_of_the_weights_at_its_beginning() -> None:
    experiment, alone = small(0.1), small(0.1)
    for one in (experiment, alone):
        run(one, 3)
    wanted = whole(alone, PatchesSubject("A", "conv2")).most
    *_, found = [
        result for result in PatchesSubject("A", "conv2").study(experiment) if result or run(experiment, 1) is None
    ]
    np.testing.assert_array_equal(found.most.values, wanted.values)
    run(alone, experiment.step - alone.step)
    assert np.array_equal(experiment.lanes[0].network.params.flat, alone.lanes[0].network.params.flat)


def test_there_must_be_such_a_filter_and_a_lane() -> None:
    with pytest.raises(Impossible, match="expected out below 4"):
        PatchesSubject("A", "conv2", 4).require({"conv2": (4, 3, 3, 3)})
    assert [*PatchesSubject("Z", "conv1").study(small(0.1))] == []
