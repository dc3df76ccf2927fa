"""Several lanes as one PyTorch model of grouped convolutions, with a group for each lane.

All lanes see the same images, so the first convolution is an ordinary one with the filters of all lanes; after it, each
lane's channels are a group. The network must consist of convolutions followed by one dense layer.
"""

from collections.abc import Sequence

import torch
from kernelscope.nn import Conv, Dense, MaxPool, ReLU
from torch import Tensor, nn
from torch.nn.functional import conv2d, cross_entropy, max_pool2d

from benchmarks.models import Gradients, Model, rotate
from benchmarks.pytorch import LAYOUTS, OneByOne, gradient, optimizer


class Grouped:
    """All lanes at once, on `threads` threads of PyTorch."""

    def __init__(self, model: Model, layout: str, threads: int, lanes: Sequence[int]) -> None:
        self.threads, self.lanes, self.shapes = threads, len(lanes), model.shapes
        apart = OneByOne(model, layout, threads, lanes)
        self.batches = apart.batches
        self.params: dict[str, nn.Parameter] = {}
        for name, _ in apart.models[0].named_parameters():
            stacked = torch.stack([module.get_parameter(name).detach() for module in apart.models])
            if name not in self._dense():
                stacked = stacked.flatten(0, 1)  # [lane · out, …]: the filters of all lanes, side by side
            if stacked.dim() == 4:
                stacked = stacked.contiguous(memory_format=LAYOUTS[layout])
            self.params[name] = nn.Parameter(stacked)
        self.optimizer = optimizer(self.params.values())

    def _dense(self) -> list[str]:
        """Return the names of the dense layer's parameters, which have the shapes [lane, out, in] and [lane, out]."""
        return [
            f"{shape.spec.name}.{name}"
            for shape in self.shapes
            if isinstance(shape.spec, Dense)
            for name in shape.params
        ]

    def losses(self, images: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of each lane. The gradient of their sum contains each lane's own gradient."""
        x, groups = images, 1
        for shape in self.shapes:
            match spec := shape.spec:
                case Conv(name):
                    _, stride, padding = spec.pairs
                    weight, bias = self.params[f"{name}.weight"], self.params[f"{name}.bias"]
                    x = conv2d(x, weight, bias, stride, padding, groups=groups)
                    groups = self.lanes
                case ReLU():
                    x = x.relu()
                case MaxPool():
                    x = max_pool2d(x, *spec.pairs)
                case Dense(name):
                    weight, bias = self.params[f"{name}.weight"], self.params[f"{name}.bias"]
                    inputs = x.reshape(len(x), self.lanes, -1).transpose(0, 1)  # [lane, n, in]
                    x = torch.baddbmm(bias[:, None], inputs, weight.transpose(1, 2))  # [lane, n, out]
        each = cross_entropy(x.flatten(0, 1), labels.repeat(self.lanes), reduction="none")
        return each.reshape(self.lanes, -1).mean(1)

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps."""
        torch.set_num_threads(self.threads)
        for images, labels in rotate(self.batches, steps):
            self.optimizer.zero_grad()
            self.losses(images, labels).sum().backward()
            self.optimizer.step()

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Return each lane's loss on the first batch, and its gradients."""
        torch.set_num_threads(self.threads)
        self.optimizer.zero_grad()
        losses = self.losses(*self.batches[0])
        losses.sum().backward()
        return [(loss.item(), self._lane(lane)) for lane, loss in enumerate(losses)]

    def _lane(self, lane: int) -> Gradients:
        grads: Gradients = {}
        for name, param in self.params.items():
            whole = gradient(param)
            if name not in self._dense():
                whole = whole.reshape(self.lanes, -1, *whole.shape[1:])
            grads[name] = whole[lane].numpy()
        return grads

    def close(self) -> None:
        """Do nothing: there are no threads or processes to end."""
