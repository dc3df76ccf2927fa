import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import Conv, Dense, MaxPool, Network, Parameters, ReLU, infer_shapes
from kernelscope.nn.workspace import PARTS, SHARD, SIZES, Workspace, cut, prepare

from tests.nn.support import examples

SHAPES = infer_shapes([Conv("conv", 2, 3), ReLU("relu"), MaxPool("pool"), Dense("dense", 3)], (1, 8, 8))
FLOAT32 = np.dtype(np.float32)


@given(st.integers(1, 2000))
@examples(200)
def test_a_batch_is_cut_without_gap_or_overlap(n: int) -> None:
    parts = cut(n)
    shards = [shard for part in parts for shard in part]
    assert np.array_equal(np.concatenate([np.arange(n)[shard] for shard in shards]), np.arange(n))
    sizes = [shard.stop - shard.start for shard in shards]
    assert 1 <= min(sizes) <= max(sizes) <= min(SHARD, min(sizes) + 1)
    assert 1 <= len(parts) <= PARTS
    assert len({len(part) for part in parts}) == 1
    assert (len(parts) > 1) == (n >= 16)


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (1, [[1]]),
        (15, [[15]]),
        (16, [[8], [8]]),
        (64, [[32], [32]]),
        (65, [[16], [16], [16], [17]]),
        (100, [[25], [25], [25], [25]]),
        (256, [[32, 32]] * 4),
    ],
)
def test_how_batches_are_cut(n: int, sizes: list[list[int]]) -> None:
    assert [[shard.stop - shard.start for shard in part] for part in cut(n)] == sizes


def test_a_prepared_batch_is_in_the_networks_layout_and_type() -> None:
    images = np.arange(20 * 2 * 3 * 4).reshape(20, 2, 3, 4)
    [[first], [second]] = prepare(images, np.arange(20), FLOAT32)
    assert first.x.shape == (3, 2, 4, 10)
    assert first.x.dtype == FLOAT32
    assert second.x[2, 1, 3, 9] == images[19, 1, 2, 3]
    assert second.labels.tolist() == list(range(10, 20))


def test_arrays_are_kept_for_the_last_few_sizes() -> None:
    workspace = Workspace(SHAPES, FLOAT32)
    first = workspace.layers(1)
    for n in range(2, SIZES + 1):
        workspace.layers(n)
    assert workspace.layers(1) is first  # and is now the most recently used
    workspace.layers(SIZES + 1)
    assert workspace.layers(1) is first
    assert len(workspace._kept) == SIZES
    assert 2 not in workspace._kept


@pytest.mark.parametrize("n", [1, 5, 40, 64, 150, 300])
def test_a_part_of_several_shards_is_their_sum(n: int) -> None:
    rng = np.random.default_rng(1)
    images, labels = rng.standard_normal((n, 1, 8, 8)), rng.integers(0, 3, n)
    network = Network([shape.spec for shape in SHAPES], (1, 8, 8), rng, np.float64)
    workspace = Workspace(network.shapes, network.dtype)
    total, value = np.zeros(network.params.flat.size), 0.0
    for part in prepare(images, labels, network.dtype):
        grads = Parameters(network.shapes, network.dtype)
        grads.flat.fill(np.nan)  # whatever is not written will show
        loss = workspace.loss_and_gradient(network.params, grads, part, n)
        assert loss == workspace.loss(network.params, part, n)
        total += grads.flat
        value += loss.value
    one_by_one = [network.loss_and_gradient(images[i : i + 1], labels[i : i + 1]) for i in range(n)]
    assert value == pytest.approx(np.mean([loss.value for loss in one_by_one]), rel=1e-12)
    network.loss_and_gradient(images, labels)
    assert network.grads.flat == pytest.approx(total, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(("images", "labels"), [((128, 1, 8, 8), (40,)), ((2, 1, 8, 8), (2, 1)), ((0, 1, 8, 8), (0,))])
def test_images_and_labels_that_do_not_match_are_named(images: tuple[int, ...], labels: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected images .* and labels") as raised:
        prepare(np.zeros(images), np.zeros(labels, int), FLOAT32)
    assert f"got {images} and {labels}" in str(raised.value)
