"""PyTorch as a second oracle, where it is installed: `pip install -e '.[oracle]'`."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import (
    GELU,
    SGD,
    Adam,
    AdamW,
    AveragePool,
    Conv,
    Dense,
    Dropout,
    GlobalAveragePool,
    GlobalMaxPool,
    LayerSpec,
    LeakyReLU,
    Masks,
    MaxPool,
    Network,
    Optimizer,
    ReLU,
    Sigmoid,
    Tanh,
)

from tests.nn.support import (
    MASKS,
    Shape,
    architectures,
    backward,
    convolutions,
    examples,
    forward,
    one_layer,
    pools,
    random_network,
    seeds,
)
from tests.nn.textbook import Array, relative_error

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[oracle]'")
torch.set_num_threads(1)  # faster for arrays this small

USUAL: list[LayerSpec] = [
    Conv("conv1", 8, 7, padding=3),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 16, 5, padding=2),
    ReLU("relu2"),
    MaxPool("pool2", 2),
    Dense("dense", 10),
]
SHAPE = (1, 28, 28)
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}


def tensors(params: Mapping[str, Array]) -> dict[str, Any]:
    return {name: torch.tensor(param, requires_grad=True) for name, param in params.items()}


def torch_forward(layers: list[LayerSpec], params: Mapping[str, Any], x: Any, masks: Masks | None = None) -> Any:
    functional = torch.nn.functional
    for spec in layers:
        weight, bias = params.get(f"{spec.name}.weight"), params.get(f"{spec.name}.bias")
        match spec:
            case Conv():
                _, stride, padding = spec.pairs
                x = functional.conv2d(x, weight, bias, stride, padding, spec.apart, spec.groups)
            case ReLU():
                x = functional.relu(x)
            case LeakyReLU():
                x = functional.leaky_relu(x, spec.slope)
            case Tanh():
                x = functional.tanh(x)
            case Sigmoid():
                x = functional.sigmoid(x)
            case GELU():
                x = functional.gelu(x, approximate="tanh")
            case MaxPool():
                x = functional.max_pool2d(x, *spec.pairs)
            case AveragePool():
                x = functional.avg_pool2d(x, *spec.pairs)
            case GlobalMaxPool():
                x = functional.adaptive_max_pool2d(x, 1)
            case GlobalAveragePool():
                x = functional.adaptive_avg_pool2d(x, 1)
            case Dropout() if masks:
                kept = masks.kept(spec.name, spec.share, x[0].numel(), len(x))
                x = x * torch.tensor(kept).reshape(x.shape) / (1 - spec.share)
            case Dense():
                x = functional.linear(x.flatten(1), weight, bias)
    return x


def strokes(n: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Bright bars on a background of exact zeros, as digits are: most pool windows of the first layer tie."""
    rng = np.random.default_rng(5)
    images = np.zeros((n, *SHAPE), dtype)
    for image in images:
        row, col = rng.integers(4, 20, 2)
        image[0, row : row + 3, 4:24] = 1
        image[0, 6:22, col : col + 2] = 0.5
    return images, rng.integers(0, 10, n)


def compare(layers: list[LayerSpec], network: Network, images: Array, labels: Array, *, swept: bool = False) -> None:
    """Logits, loss and all gradients, relative to each tensor's largest entry.

    Of swept networks to the largest of all: one layer's gradient may be a small difference of larger numbers.
    """
    tolerance = TOLERANCE[network.dtype]
    params = tensors(network.params)
    own = network.forward(images)
    with torch.no_grad():
        assert relative_error(own, torch_forward(layers, params, torch.tensor(images)).numpy()) < tolerance
    assert network.loss(images, labels).accuracy == (own.argmax(1) == labels).mean()
    logits = torch_forward(layers, params, torch.tensor(images), MASKS)
    value = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    value.backward()
    loss = network.loss_and_gradient(images, labels, MASKS)
    assert loss.value == pytest.approx(value.item(), rel=tolerance, abs=tolerance)
    floor = max(1e-3, *(float(param.grad.abs().max()) for param in params.values())) if swept else 0.0
    for name, param in params.items():
        expected = param.grad.numpy()
        error = np.abs(network.grads[name] - expected).max()
        assert error <= tolerance * max(np.abs(expected).max(), floor), name


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_the_default_network_on_strokes(dtype: np.dtype[Any]) -> None:
    images, labels = strokes(16, dtype)
    network = Network(USUAL, SHAPE, np.random.default_rng(1), dtype)
    compare(USUAL, network, images, labels)
    # The background is exactly zero, so pool windows tie exactly.
    relu = network.trace(images).activations["relu1"]
    assert (np.ptp(np.stack([relu[:, :, ::2, ::2], relu[:, :, 1::2, 1::2]]), axis=0) == 0).mean() > 0.2


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_a_blank_image_ties_everywhere(dtype: np.dtype[Any]) -> None:
    images = np.full((3, *SHAPE), 0.25, dtype)
    network = random_network(USUAL, SHAPE, np.random.default_rng(1), dtype)
    network.params["conv1.bias"][...] = np.abs(network.params["conv1.bias"])
    compare(USUAL, network, images, np.array([1, 2, 3]))


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_dead_filters_pass_nothing(dtype: np.dtype[Any]) -> None:
    images, labels = strokes(8, dtype)
    network = Network(USUAL, SHAPE, np.random.default_rng(1), dtype)
    network.params["conv2.bias"][::2] = -100
    compare(USUAL, network, images, labels)
    assert not network.grads["conv2.weight"][::2].any()
    network.params["conv2.bias"].fill(-100)
    compare(USUAL, network, images, labels)
    assert not network.grads["conv1.weight"].any()
    assert network.grads["dense.bias"].any()


@given(
    architectures(exact=True),
    st.integers(1, 40),
    st.sampled_from([*TOLERANCE]),
    st.booleans(),
    st.sampled_from([1, 1, 4000]),
    seeds,
)
@examples(150)
def test_swept_architectures(
    drawn: tuple[list[LayerSpec], Shape], n: int, dtype: np.dtype[Any], dead: bool, scale: int, seed: int
) -> None:
    """With whole numbers up to the dense layer float32 is exact, so pool windows tie and ReLUs meet zero in both."""
    layers, shape = drawn
    rng = np.random.default_rng(seed)
    network = Network(layers, shape, rng, dtype)
    for param in network.params.values():
        param[...] = rng.integers(-1, 2, param.shape)
    for conv, after in pairwise(layers):
        if dead and isinstance(conv, Conv) and isinstance(after, ReLU):
            network.params[f"{conv.name}.bias"][0] = -1_000_000
    for name in ("dense.weight", "dense.bias"):  # with the larger scale the softmax is saturated
        network.params[name][...] *= scale / 100
    compare(layers, network, rng.integers(-2, 3, (n, *shape)).astype(dtype), rng.integers(0, 3, n), swept=True)


@given(architectures(), st.integers(1, 40), seeds)
@examples(60)
def test_swept_architectures_in_numbers_that_round(drawn: tuple[list[LayerSpec], Shape], n: int, seed: int) -> None:
    layers, shape = drawn
    rng = np.random.default_rng(seed)
    network = random_network(layers, shape, rng)
    compare(layers, network, rng.standard_normal((n, *shape)), rng.integers(0, 3, n), swept=True)


@given(st.one_of(convolutions(), pools()), st.integers(1, 5), st.sampled_from([*TOLERANCE]), st.booleans(), seeds)
@examples(150)
def test_swept_layers(drawn: tuple[LayerSpec, Shape], n: int, dtype: np.dtype[Any], ties: bool, seed: int) -> None:
    spec, shape = drawn
    rng = np.random.default_rng(seed)
    layer = one_layer(spec, shape, n, rng, dtype)
    x = rng.standard_normal((n, *shape)).astype(dtype)
    if ties:  # how a pool breaks ties shows in its input gradient
        x = x.round()
    params = tensors({f"{spec.name}.{name}": param for name, param in layer.params.items()})
    images = torch.tensor(x, requires_grad=True)
    expected = torch_forward([spec], params, images)
    z = forward(layer, x)
    assert z.dtype == dtype
    assert relative_error(z, expected.detach().numpy()) < TOLERANCE[dtype]
    dz = rng.standard_normal(z.shape).astype(dtype)
    expected.backward(torch.tensor(dz))
    assert relative_error(backward(layer, dz), images.grad.numpy()) < TOLERANCE[dtype]
    for name, grad in layer.grads.items():
        assert relative_error(grad, params[f"{spec.name}.{name}"].grad.numpy()) < TOLERANCE[dtype]


def test_gradients_of_every_layer_of_a_whole_network() -> None:
    rng = np.random.default_rng(1)
    network = random_network(USUAL, SHAPE, rng)
    images, labels = rng.standard_normal((40, *SHAPE)), rng.integers(0, 10, 40)
    params = tensors(network.params)
    x, outputs = torch.tensor(images), {}
    for spec in USUAL:
        x = outputs[spec.name] = torch_forward([spec], params, x)
        x.retain_grad()
    torch.nn.functional.cross_entropy(x, torch.tensor(labels)).backward()
    activations, gradients = network.trace(images, labels)
    for name, output in outputs.items():
        shape = activations[name].shape
        assert relative_error(activations[name], output.detach().numpy().reshape(shape)) < 1e-12
        assert relative_error(gradients[name], output.grad.numpy().reshape(shape)) < 1e-12


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(),
        SGD(momentum=0.9),
        SGD(weight_decay=0.01),
        SGD(0.9, 0.01),
        SGD(0.9, nesterov=True),
        SGD(0.9, 0.01, nesterov=True),
        Adam(),
        Adam(0.8, 0.95, 1e-3, 0.01),
        AdamW(),
        AdamW(weight_decay=0),
        AdamW(0.8, 0.95, 1e-3, 0.5),
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_optimizers_step_for_step(optimizer: Optimizer, dtype: np.dtype[Any]) -> None:
    rng = np.random.default_rng(1)
    params = rng.standard_normal(40).astype(dtype)
    param = torch.tensor(params, requires_grad=True)
    match optimizer:
        case SGD(momentum, decay, nesterov):
            other = torch.optim.SGD([param], 0.1, momentum=momentum, weight_decay=decay, nesterov=nesterov)
        case Adam(beta1, beta2, epsilon, decay):
            other = torch.optim.Adam([param], 0.1, betas=(beta1, beta2), eps=epsilon, weight_decay=decay)
        case AdamW(beta1, beta2, epsilon, decay):
            other = torch.optim.AdamW([param], 0.1, betas=(beta1, beta2), eps=epsilon, weight_decay=decay)
    updater = optimizer.begin(params.size, dtype)
    for step in range(50):
        rate = 0.1 if step < 25 else 0.03  # changes in the middle
        gradient = (rng.standard_normal(40) * 10.0 ** rng.integers(-3, 2, 40)).astype(dtype)
        params += updater.update(params, gradient, rate)
        other.param_groups[0]["lr"] = rate
        param.grad = torch.tensor(gradient)
        other.step()
        assert relative_error(params, param.detach().numpy()) < TOLERANCE[dtype], f"step {step + 1}"
