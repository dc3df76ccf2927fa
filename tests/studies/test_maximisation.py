"""Activation maximisation, against finite differences, PyTorch, and cases with a known answer."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.impossible import Impossible
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool, Network, ReLU
from kernelscope.studies import ascent as ascents
from kernelscope.studies.ascent import GREY, NOISE, RATE, STEPS, Ascent, Regularisers, blurred
from kernelscope.studies.maximisation import FormationSubject, MaximisationSubject, spread

from tests.experiment.support import Array, network_with, run, small

NETWORK: list[LayerSpec] = [
    Conv("conv1", 4, 5, padding=2),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 6, 3, padding=1, stride=(1, 2)),
    ReLU("relu2"),
    MaxPool("pool2", 2),
    Dense("dense", 10),
]
SHAPE = (3, 14, 17)
LAYERS = ["conv1", "conv2", "dense"]
NOTHING = Regularisers()


def network(layers: list[LayerSpec] = NETWORK, shape: tuple[int, int, int] = SHAPE) -> Network:
    made = Network(layers, shape, np.random.default_rng(3), np.float64)
    made.params.flat[...] = np.random.default_rng(4).normal(0, 0.3, made.params.flat.size)
    return made


def ascent(made: Network, layer: str, out: int, regularisers: Regularisers = NOTHING) -> Ascent:
    return Ascent(made.shapes, made.params, layer, out, regularisers)


def array(packed: dict[str, Any]) -> Array:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


@pytest.mark.parametrize("layer", LAYERS)
def test_the_gradient_is_the_slope_of_the_objective(layer: str) -> None:
    one = ascent(network(), layer, 2)
    picture = one.picture.copy()
    _, gradient = one.gradient(picture)
    assert gradient.any()
    for place in [*np.random.default_rng(1).integers(0, SHAPE, (12, 3)), np.unravel_index(gradient.argmax(), SHAPE)]:
        around = []
        for by in (1e-6, -1e-6):
            moved = picture.copy()
            moved[tuple(place)] += by
            around.append(one.gradient(moved)[0])
        assert (around[0] - around[1]) / 2e-6 == pytest.approx(gradient[tuple(place)], rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_objective_is_the_pre_activation_at_the_centre(layer: str) -> None:
    made = network()
    one = ascent(made, layer, 1)
    z = made.trace(one.picture[np.newaxis]).activations[layer]
    assert one.gradient(one.picture)[0] == z[0, 1, z.shape[2] // 2, z.shape[3] // 2]


@pytest.mark.parametrize("layer", LAYERS)
def test_without_regularisers_it_is_plain_gradient_ascent_as_in_pytorch(layer: str) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[oracle]'")
    from tests.nn.test_torch import torch_forward

    made = network()
    params = {name: torch.tensor(param) for name, param in made.params.items()}
    upto = NETWORK[: 1 + [spec.name for spec in NETWORK].index(layer)]
    one = ascent(made, layer, 3)
    noise = GREY + NOISE * np.random.default_rng(0).standard_normal(SHAPE)
    x = torch.tensor(noise.clip(0, 1)[np.newaxis], requires_grad=True)
    for _ in range(STEPS):
        z = torch_forward(upto, params, x)
        objective = z.reshape(1, -1)[0, 3] if z.ndim == 2 else z[0, 3, z.shape[2] // 2, z.shape[3] // 2]
        [gradient] = torch.autograd.grad(objective, x)
        own, found = one.gradient(one.picture)
        assert own == pytest.approx(objective.item(), rel=1e-5)
        np.testing.assert_allclose(found, gradient[0].numpy(), rtol=1e-5, atol=1e-5 * float(gradient.abs().max()))
        top, left = one.field.at(*one.centre)
        rows, cols = one.field.size
        seen = gradient[:, :, max(0, top) : top + rows, max(0, left) : left + cols]
        with torch.no_grad():
            x += RATE * gradient / seen.pow(2).mean().sqrt()
            x.clamp_(0, 1)
        one.advance(1)
        np.testing.assert_allclose(one.picture, x[0].detach().numpy(), rtol=1e-5, atol=1e-7)


def test_for_a_filter_of_the_first_layer_the_picture_has_the_signs_of_its_kernel() -> None:
    made = network()
    one = ascent(made, "conv1", 2)
    one.advance(STEPS)
    kernel = made.params["conv1.weight"][2]
    clear = np.abs(kernel) > 0.1 * np.abs(kernel).max()
    assert clear.sum() > 50
    np.testing.assert_array_equal(one.result.picture[clear], (kernel > 0)[clear])
    # Which is the best of all pictures, as far as those weights go.
    best = kernel.clip(0).sum() + made.params["conv1.bias"][2]
    assert one.result.after == pytest.approx(best, abs=0.05 * np.abs(kernel).sum())
    assert one.result.before < one.result.after


def test_with_the_norm_it_is_the_kernel_itself() -> None:
    """Where the ascent rests, RATE · W / rms(W) is what is taken back, SHRUNK of what has been reached."""
    made = network([Conv("conv1", 2, 5), Dense("dense", 10)])
    kernel = made.params["conv1.weight"][1]
    kernel[...] = np.sign(kernel) * np.linspace(0.5, 1, kernel.size).reshape(kernel.shape)
    one = ascent(made, "conv1", 1, Regularisers(norm=True))
    one.advance(4 * STEPS)
    rms = np.sqrt((kernel**2).mean())
    wanted = (1 - ascents.SHRUNK) / ascents.SHRUNK * RATE * kernel / rms
    np.testing.assert_allclose(one.result.picture, (GREY + wanted).clip(0, 1), atol=1e-6)


def test_blur_keeps_the_sum_and_damps_what_changes_fast() -> None:
    rng = np.random.default_rng(2)
    picture = rng.random((3, 6, 7))
    smooth = blurred(picture)
    assert smooth.sum() == pytest.approx(picture.sum())
    assert smooth.std() < picture.std()
    chequered = np.indices((6, 8)).sum(0)[None] % 2 - 0.5
    inside = blurred(chequered)[:, 1:-1, 1:-1]
    np.testing.assert_allclose(inside, (1 - 4 * ascents.SMOOTHED) ** 2 * chequered[:, 1:-1, 1:-1])
    np.testing.assert_allclose(blurred(np.full((1, 3, 3), 0.3)), 0.3)


@pytest.mark.parametrize("regularisers", [Regularisers(jitter=True), Regularisers(True, True, True)])
def test_whatever_is_done_besides_it_rises_in_the_range_of_images_and_is_the_same_each_time(
    regularisers: Regularisers,
) -> None:
    one, again = (ascent(network(), "conv2", 4, regularisers) for _ in range(2))
    one.advance(STEPS)
    for _ in range(STEPS):
        again.advance(1)
    np.testing.assert_array_equal(one.picture, again.picture)
    assert one.result.after > one.result.before
    assert 0 <= one.picture.min() < one.picture.max() <= 1


def test_with_jitter_it_is_good_for_shifted_pictures_too() -> None:
    made = network()
    plain, jittered = ascent(made, "conv1", 0), ascent(made, "conv1", 0, Regularisers(jitter=True))
    for one in (plain, jittered):
        one.advance(STEPS)

    def around(one: Ascent) -> float:
        shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        return float(np.mean([plain.gradient(np.roll(one.picture, shift, (1, 2)))[0] for shift in shifts]))

    assert around(jittered) > around(plain)


def test_a_filter_that_nothing_reaches_leaves_the_noise_as_it_is() -> None:
    made = network()
    made.params["conv1.bias"][...] = -100
    one = ascent(made, "conv2", 0, Regularisers(True, True, True))
    start = one.picture.copy()
    one.advance(8)
    np.testing.assert_array_equal(one.picture, start)


def found(experiment: Experiment, subject: MaximisationSubject | FormationSubject) -> list[dict[str, Any]]:
    return [members for members in subject.study(experiment) if members]


def test_a_finding_is_of_the_weights_at_its_beginning() -> None:
    experiment = small(0.1, 0.2)
    run(experiment, 5)
    subject = MaximisationSubject("B", "conv2", 1, jitter=True, blur=False, norm=True)
    same = network_with(experiment, experiment.lanes[1].network.params.flat)
    one = Ascent(same.shapes, same.params, "conv2", 1, Regularisers(True, False, True))
    one.advance(STEPS)
    results = []
    for members in subject.study(experiment):
        run(experiment, 1)
        results.append(members)
    *pieces, members = results
    assert pieces == [None] * len(pieces)
    assert len(pieces) > 3
    assert members is not None
    assert (members["before"], members["after"]) == (one.result.before, one.result.after)
    np.testing.assert_array_equal(array(members["picture"]), one.result.picture)
    assert members["field"] == {"size": (8, 8), "step": (2, 2), "start": (-3, -3)}
    alone = small(0.1, 0.2)
    run(alone, experiment.step)
    assert np.array_equal(experiment.lanes[1].network.params.flat, alone.lanes[1].network.params.flat)


def test_the_film_has_the_first_and_the_newest_step_and_grows_picture_by_picture() -> None:
    experiment, now = small(0.1), MaximisationSubject("A", "conv2", 3, jitter=False, blur=True, norm=True)
    pictures = {}
    for step in range(31):
        if step in (0, 1, 5, 12, 30):
            [pictures[step]] = found(experiment, now)
        if step < 30:
            run(experiment, 1)
    films = found(experiment, FormationSubject("A", "conv2", 3, jitter=False, blur=True, norm=True, frames=5))
    assert [(film["of"], film["steps"]) for film in films] == [(5, [*pictures][:count]) for count in range(1, 6)]
    assert films[-1]["after"] == [picture["after"] for picture in pictures.values()]
    for shown, picture in zip(array(films[-1]["pictures"]), pictures.values(), strict=True):
        np.testing.assert_array_equal(shown, array(picture["picture"]))


def test_before_the_first_step_the_film_is_one_picture() -> None:
    subject = FormationSubject("A", "conv1", 0, jitter=False, blur=False, norm=False, frames=12)
    [film] = found(small(0.1), subject)
    assert (film["of"], film["steps"]) == (1, [0])
    assert found(small(0.1), FormationSubject("Z", "conv1", 0, False, False, False, frames=12)) == []


@pytest.mark.parametrize(
    ("count", "most", "places"), [(1, 5, [0]), (2, 5, [0, 1]), (5, 5, [0, 1, 2, 4]), (512, 4, [0, 7, 63, 511])]
)
def test_more_of_the_early_steps_are_chosen(count: int, most: int, places: list[int]) -> None:
    assert spread(count, most) == places


def test_there_must_be_such_a_filter() -> None:
    for subject in (
        MaximisationSubject("A", "conv2", 4, True, True, True),
        FormationSubject("A", "conv2", 4, True, True, True, 8),
    ):
        with pytest.raises(Impossible, match="expected out below 4"):
            subject.require({"conv2": (4, 3, 3, 3)})
