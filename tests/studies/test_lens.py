"""The batch lens, against gradients computed at once, and cosines calculated by hand."""

import numpy as np
import pytest
from kernelscope.experiment import kernel_shapes
from kernelscope.nn import DataParallel, Network
from kernelscope.studies.lens import BatchLens, Lens, cosines, large_batch
from kernelscope.studies.twin import twin

from tests.experiment.support import SMALL, bars

DATA = bars(train=200)


def small_network() -> Network:
    return Network(SMALL, (1, 12, 12), np.random.default_rng(3))


def finish(lens: Lens) -> tuple[BatchLens, int]:
    """The result, and the number of calls that it took."""
    network = small_network()
    parallel = DataParallel(network.shapes, network.dtype, 1)
    for calls in range(1, 100):
        if (found := lens.advance(parallel)) is not None:
            assert lens.advance(parallel) is not None  # it stays done
            return found, calls
    pytest.fail("no end")


def test_each_gradient_is_that_of_the_first_images() -> None:
    network = small_network()
    found, calls = finish(Lens(network, DATA.train_images, DATA.train_labels))
    assert found.counts == (1, 32, 64, 128, 200)
    assert calls == 1 + 1 + 1 + 1 + 2  # up to each count, at most 64 images at a time
    other = twin(network)
    for count, gradient in zip(found.counts, found.gradients, strict=True):
        other.loss_and_gradient(DATA.train_images[:count], DATA.train_labels[:count])
        assert gradient.flat == pytest.approx(other.grads.flat, rel=1e-3, abs=1e-6)


def test_cosines_to_the_large_batch() -> None:
    network = small_network()
    found, _ = finish(Lens(network, DATA.train_images, DATA.train_labels))
    whole = found.cosines()
    assert whole.shape == (5,)
    assert whole[-1] == pytest.approx(1)
    assert (np.diff(whole) > 0).all()  # more images come closer
    shapes = kernel_shapes(network.shapes)
    for layer, out, channel in (("conv2", 2, 1), ("dense", 9, 3)):
        kernels = found.kernel(layer, shapes[layer], out, channel)
        whole_layer = [gradient[f"{layer}.weight"].reshape(shapes[layer]) for gradient in found.gradients]
        assert np.array_equal(kernels, [weights[out, channel] for weights in whole_layer])
        one, large = kernels[1].ravel(), kernels[-1].ravel()
        expected = one @ large / np.linalg.norm(one) / np.linalg.norm(large)
        assert cosines(kernels.reshape(5, -1))[1] == pytest.approx(expected, rel=1e-5)


def test_cosines_by_hand() -> None:
    vectors = np.array([[3, 4], [4, -3], [0, 0], [-6, -8], [30, 40]], np.float32)
    assert cosines(vectors) == pytest.approx([1, 0, np.nan, -1, 1], nan_ok=True)
    assert np.isnan(cosines(np.zeros((2, 3)))).all()


def test_the_network_stays_as_it_is_and_may_go_on_training() -> None:
    network = small_network()
    network.loss_and_gradient(DATA.train_images[:9], DATA.train_labels[:9])
    kept = network.params.flat.tobytes(), network.grads.flat.tobytes()
    expected, _ = finish(Lens(network, DATA.train_images, DATA.train_labels))
    assert (network.params.flat.tobytes(), network.grads.flat.tobytes()) == kept
    lens = Lens(network, DATA.train_images, DATA.train_labels)
    network.params.flat.fill(7)
    found, _ = finish(lens)
    for one, other in zip(found.gradients, expected.gradients, strict=True):
        assert one.flat.tobytes() == other.flat.tobytes()


def test_a_small_training_set_is_the_large_batch() -> None:
    lens = Lens(small_network(), DATA.train_images[:40], DATA.train_labels[:40], (64, 8, 40, 8))
    assert lens.counts == (8, 40)
    assert lens.progress == 0
    found, _ = finish(lens)
    assert (found.counts, lens.progress) == ((8, 40), 1)
    alone, calls = finish(Lens(small_network(), DATA.train_images[:1], DATA.train_labels[:1]))
    assert (alone.counts, calls) == ((1,), 1)


def test_the_large_batch_has_each_image_once_in_no_order() -> None:
    images, labels = large_batch(DATA.train_images, DATA.train_labels, np.random.default_rng(5), 150)
    assert (len(images), len(labels)) == (150, 150)
    assert len({image.tobytes() for image in images}) == 150
    assert len(set(labels[:15].tolist())) > 5
    again, _ = large_batch(DATA.train_images, DATA.train_labels, np.random.default_rng(5), 150)
    assert np.array_equal(again, images)
    assert len(large_batch(DATA.train_images, DATA.train_labels, np.random.default_rng(5))[1]) == 200


def test_what_makes_no_sense_is_refused_in_words() -> None:
    network = small_network()
    with pytest.raises(ValueError, match=r"expected images and one label for each, got \(5, 1, 12, 12\) and \(4,\)"):
        Lens(network, DATA.train_images[:5], DATA.train_labels[:4])
    with pytest.raises(ValueError, match=r"expected images and one label for each, got \(0"):
        Lens(network, DATA.train_images[:0], DATA.train_labels[:0])
    with pytest.raises(ValueError, match="counts: expected at least 1 image, got 0"):
        Lens(network, DATA.train_images, DATA.train_labels, (0, 5))
    with pytest.raises(ValueError, match="size: expected at least 1, got 0"):
        large_batch(DATA.train_images, DATA.train_labels, np.random.default_rng(5), 0)
