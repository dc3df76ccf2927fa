"""PyTorch's side: the same model as modules, with Kernelscope's initial weights, in either memory layout.

PyTorch gets every advantage: its batches are ready in the layout that it prefers, its optimizer is the fused one, and
it reports no loss.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from math import prod

import torch
from kernelscope.nn import AveragePool, Conv, Dense, GlobalMaxPool, LayerShape, MaxPool, ReLU, Tanh
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.models import LEARNING_RATE, Gradients, Model, rotate

LAYOUTS = {"eager": torch.contiguous_format, "channels_last": torch.channels_last}
"""The memory layouts of images and kernels: channels first, or channels last."""


def modules(shapes: Sequence[LayerShape]) -> nn.Sequential:
    """Create a module for each layer, of the same name.

    Raises:
        ValueError: one is of a kind that no network here has.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for shape in shapes:
        match spec := shape.spec:
            case Conv():
                kernel, stride, padding = spec.pairs
                layers[spec.name] = nn.Conv2d(shape.input[0], spec.filters, kernel, stride, padding)
            case ReLU():
                layers[spec.name] = nn.ReLU()
            case MaxPool():
                layers[spec.name] = nn.MaxPool2d(*spec.pairs)
            case AveragePool():
                layers[spec.name] = nn.AvgPool2d(*spec.pairs)
            case GlobalMaxPool():
                layers[spec.name] = nn.AdaptiveMaxPool2d(1)
            case Tanh():
                layers[spec.name] = nn.Tanh()
            case Dense():
                layers[f"{spec.name}_flatten"] = nn.Flatten()
                layers[spec.name] = nn.Linear(prod(shape.input), spec.units)
            case _:
                raise ValueError(f"expected another kind of layer, got {spec}")
    return nn.Sequential(layers)


class OneByOne:
    """Lanes one after the other, each with its own model, as most people would write it."""

    def __init__(self, model: Model, layout: str, threads: int, lanes: Sequence[int] = (0,)) -> None:
        self.threads = threads
        form = LAYOUTS[layout]
        self.batches = [
            (torch.from_numpy(images).contiguous(memory_format=form), torch.from_numpy(labels))
            for images, labels in model.batches()
        ]
        self.models: list[nn.Module] = [modules(model.shapes) for _ in lanes]
        for lane, module in zip(lanes, self.models, strict=True):
            params = model.network(lane).params
            module.load_state_dict({name: torch.from_numpy(param) for name, param in params.items()})
            module.to(memory_format=form)  # type: ignore[call-overload]
        self.optimizers = [optimizer(module.parameters()) for module in self.models]

    def loss(self, module: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        """Return a lane's loss of a batch."""
        return loss_of(module, images, labels)

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps."""
        torch.set_num_threads(self.threads)  # another contestant may have changed it
        for images, labels in rotate(self.batches, steps):
            for module, sgd in zip(self.models, self.optimizers, strict=True):
                sgd.zero_grad()
                self.loss(module, images, labels).backward()
                sgd.step()

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Return each lane's loss on the first batch, and its gradients."""
        torch.set_num_threads(self.threads)
        images, labels = self.batches[0]
        lanes: list[tuple[float, Gradients]] = []
        for module in self.models:
            module.zero_grad()
            loss = self.loss(module, images, labels)
            loss.backward()
            lanes.append((loss.item(), {name: gradient(param).numpy() for name, param in module.named_parameters()}))
        return lanes

    def settle(self) -> None:
        """Do nothing: it goes on as it begins."""

    def close(self) -> None:
        """Do nothing: there are no threads or processes to end."""


def loss_of(module: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return the mean loss of a batch."""
    return cross_entropy(module(images), labels)


def plain(model: Model, cores: int) -> dict[str, OneByOne]:
    """Create the sides of one network that need no compiler: either layout, on one thread and on one a core.

    On a busy machine one thread may be the faster.
    """
    return {
        f"{layout}, {counted(threads)}": OneByOne(model, layout, threads)
        for layout in LAYOUTS
        for threads in sorted({1, cores})
    }


def counted(threads: int) -> str:
    """Tell a number of threads."""
    return f"{threads} thread{'s' if threads > 1 else ''}"


def optimizer(params: Iterable[nn.Parameter]) -> torch.optim.SGD:
    """Create PyTorch's fastest optimizer for plain gradient descent."""
    return torch.optim.SGD(params, LEARNING_RATE, fused=True)


def gradient(param: nn.Parameter) -> Tensor:
    """Return a copy of ∂L/∂param."""
    assert param.grad is not None
    return param.grad.clone(memory_format=torch.contiguous_format)
