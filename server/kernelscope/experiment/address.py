"""The query of an address as a notation for all settings of an experiment, concise enough to be written by hand.

``seed=3&batch=64&net=conv8x7:pad3,relu,pool2,dense10&lanes=0.003,0.1:adam,1&stop=step500``

Settings left out have their default. Items are separated by commas, the options of an item by colons:

- ``data`` a data set's name, ``prep`` the preparation of its images (``none``, ``local``, ``standard``), ``augment``
  any of ``shift2``, ``flip``, ``crop0.2``, ``seed``, ``batch`` images per batch, ``test`` steps between tests;
- ``net`` layers, as their types write them (`kernelscope.nn.layers`): ``conv8x7`` is 8 filters of 7×7 (``conv8x7x5``: 7
  rows, 5 columns) with ``pad3``, ``stride2``, ``dilate2``, ``groups4``, ``std0.1`` or ``he``; ``relu``, ``tanh``,
  ``sigmoid``, ``gelu``, ``leaky`` with ``slope0.2``; ``pool2`` or ``avgpool2`` with ``stride1``; ``globalmax``,
  ``globalavg``; ``dropout0.25``; ``dense10`` with ``std0.1``; each with ``name=edges``;
- ``lanes`` learning rates, each with ``sgd`` (``momentum0.9``, ``nesterov``), ``adam`` or ``adamw`` (``betas0.9x0.99``,
  ``eps1e-8``), ``decay0.0005``; ``step1000x0.1`` or ``cosine1000x0.1``, ``warmup100``; of the lane alone ``he`` or
  ``std0.02`` for all its layers, ``tanh`` (or another activation) in place of all activations, ``batch16``, the first
  images of each batch; ``id=K``, ``name=slow``;
- ``stop`` any of ``step500``, ``accuracy0.95``, ``divergence``.

In a name ``,`` is written ``%2C``, ``:`` is ``%3A``, and ``%`` is ``%25``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from string import ascii_uppercase
from typing import Any
from urllib.parse import quote, unquote, urlencode

from kernelscope import datasets
from kernelscope.datasets.augmentation import Augmentation
from kernelscope.experiment.config import ExperimentConfig, Stop
from kernelscope.experiment.lane_config import LaneConfig
from kernelscope.experiment.variant import ACTIVATIONS
from kernelscope.impossible import Impossible
from kernelscope.nn import SGD, Adam, AdamW, Constant, Cosine, LayerSpec, StepDecay, layers
from kernelscope.nn.layers.fields import Start, number

MEMBERS = {
    "data": "dataset",
    "prep": "preparation",
    "augment": "augmentation",
    "seed": "seed",
    "batch": "batch_size",
    "test": "test_every",
    "net": "architecture",
    "lanes": "lanes",
    "stop": "stop",
}
"""The settings, and the corresponding members of a configuration."""

SAMPLES = {
    "augment": "shift2,flip,crop0.2",
    "net": "conv8x7:pad3,relu,pool2,dense10",
    "lanes": "0.01,0.1:adam:decay0.01,1:momentum0.9",
    "stop": "step500,accuracy0.95,divergence",
}
OPTION = re.compile(r"(?P<name>[a-z]+)=?(?P<value>.*)", re.DOTALL)
OPTIONS = {
    "sgd": {"sgd", "momentum", "nesterov", "decay"},
    "adam": {"adam", "betas", "eps", "decay"},
    "adamw": {"adamw", "betas", "eps", "decay"},
    "lane": {"step", "cosine", "warmup", "he", "std", "batch", "id", "name", *ACTIVATIONS},
}
EXCLUSIVE = ({"step", "cosine"}, {"he", "std"}, set(ACTIVATIONS))
"""Options of which a lane may have one."""
START = Start("init")
FLAGS = {"sgd", "adam", "adamw", "nesterov", "divergence", "flip", *ACTIVATIONS}
"""Options that take no value, besides those of layers."""


def write(config: ExperimentConfig) -> str:
    """Write a configuration as a query, the inverse of `read`. It always has the seed, which determines the kernels.

    What is left out is as usual with this data set.
    """
    default = _default(config.dataset)
    texts = {
        "data": config.dataset,
        "prep": config.preparation,
        "augment": ",".join(_augmentation_items(config.augmentation)) or "none",
        "seed": str(config.seed),
        "batch": str(config.batch_size),
        "test": str(config.test_every),
        "net": ",".join(map(_layer_text, config.architecture, _names([type(layer) for layer in config.architecture]))),
        "lanes": ",".join(map(_lane_text, config.lanes, ascii_uppercase)),
        "stop": ",".join(_stop_items(config.stop)),
    }
    always = {"seed"} | ({"data"} if config.dataset != datasets.default() else set())
    said = {
        name: text
        for name, text in texts.items()
        if name in always or getattr(config, MEMBERS[name]) != getattr(default, MEMBERS[name])
    }
    return urlencode(said, safe=",:=", quote_via=quote)


@lru_cache(64)  # there are data sets of any number of names
def _default(dataset: str) -> ExperimentConfig:
    return ExperimentConfig(dataset=dataset)


def read(settings: Iterable[tuple[str, str]]) -> ExperimentConfig:
    """Read a configuration from the parameters of a query.

    Raises:
        Impossible: a parameter is not one of `MEMBERS`, is repeated, or cannot be read.
        pydantic.ValidationError: a value is invalid.
    """
    members: dict[str, Any] = {}
    readers = {"augment": _read_augmentation, "net": _read_net, "lanes": _read_lanes, "stop": _read_stop}
    for name, text in settings:
        if name not in MEMBERS:
            message = f"{name}: expected one of {', '.join(MEMBERS)}"
            raise Impossible("unknown_setting", message, field=name, known=", ".join(MEMBERS))
        if MEMBERS[name] in members:
            raise Impossible("repeated_setting", f"{name}: expected once, got it twice", field=name)
        members[MEMBERS[name]] = readers[name](text) if name in readers else text
    return ExperimentConfig.model_validate(members)


# Pairs and names


def _both(text: str) -> tuple[str, str]:
    first, _, second = text.partition("x")
    return first, second


def _name(text: str) -> str:
    return re.sub("[,:%]", lambda sign: f"%{ord(sign[0]):02X}", text)


# Augmentation


def _augmentation_items(augmentation: Augmentation) -> list[str]:
    items = [f"shift{augmentation.shift}"] * (augmentation.shift != 0) + ["flip"] * augmentation.flip
    return items + [f"crop{number(augmentation.crop)}"] * (augmentation.crop != 0)


def _read_augmentation(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in text.split(",") if text != "none" else ():
        name, value = _option("augment", item, item)
        if name not in {one.name for one in fields(Augmentation)} or name in found:
            raise _unreadable("augment", item)
        found[name] = value or True
    return found


# Layers


def _names(types: Sequence[type[LayerSpec]]) -> list[str]:
    """Default names of layers: `conv1`, `relu1`; `dense` if there is only one."""
    return [
        one.type if not one.NUMBERED_ALONE and types.count(one) == 1 else f"{one.type}{types[: place + 1].count(one)}"
        for place, one in enumerate(types)
    ]


def _layer_text(layer: LayerSpec, name: str) -> str:
    return layer.write() + f":name={_name(layer.name)}" * (layer.name != name)


def _read_net(text: str) -> list[dict[str, Any]]:
    found = [_read_layer(*_split("net", item), item) for item in text.split(",")]
    names = _names([one for one, _ in found])
    return [{"name": name} | layer for name, (_, layer) in zip(names, found, strict=True)]


def _read_layer(head: str, options: dict[str, str], item: str) -> tuple[type[LayerSpec], dict[str, Any]]:
    name = options.pop("name", None)
    for one in layers.TYPES:
        if (layer := one.read(head, options)) is not None:
            return one, layer if name is None else layer | {"name": unquote(name)}
    raise _unreadable("net", item)


# Lanes


def _lane_text(lane: LaneConfig, letter: str) -> str:
    optimizer, schedule = lane.optimizer, lane.schedule
    parts = [number(lane.learning_rate)]
    default = type(optimizer)()
    changed = {one.name for one in fields(optimizer) if getattr(optimizer, one.name) != getattr(default, one.name)}
    match optimizer:
        case SGD():
            parts += [f"momentum{number(optimizer.momentum)}"] * ("momentum" in changed)
            parts += ["nesterov"] * optimizer.nesterov
        case Adam() | AdamW():
            parts.append(optimizer.type)
            if changed & {"beta1", "beta2"}:
                parts.append(f"betas{number(optimizer.beta1)}x{number(optimizer.beta2)}")
            parts += [f"eps{number(optimizer.epsilon)}"] * ("epsilon" in changed)
    parts += [f"decay{number(optimizer.weight_decay)}"] * ("weight_decay" in changed)
    match schedule:
        case StepDecay():
            parts.append(f"step{schedule.every}x{number(schedule.factor)}")
        case Cosine():
            parts.append(f"cosine{schedule.steps}x{number(schedule.final)}")
        case Constant():
            pass
    parts += [f"warmup{schedule.warm_up}"] * (schedule.warm_up != 0)
    parts += [] if lane.init is None else [START.text(lane.init)]
    parts += [] if lane.activation is None else [lane.activation]
    parts += [] if lane.batch is None else [f"batch{lane.batch}"]
    parts += [f"id={lane.id}"] * (lane.id != letter) + [f"name={_name(lane.name)}"] * (lane.name != "")
    return ":".join(parts)


def _read_lanes(text: str) -> list[dict[str, Any]]:
    return [_read_lane(*_split("lanes", item), item) for item in text.split(",")]


def _read_lane(rate: str, options: Mapping[str, str], item: str) -> dict[str, Any]:
    kind = next((name for name in ("adamw", "adam") if name in options), "sgd")
    known = OPTIONS[kind] | OPTIONS["lane"]
    if not options.keys() <= known or any(len(group & options.keys()) > 1 for group in EXCLUSIVE):
        raise _unreadable("lanes", item)
    lane: dict[str, Any] = {"learning_rate": rate}
    optimizer: dict[str, Any] = {"type": kind}
    schedule: dict[str, Any] = {"type": "constant"}
    for name, value in options.items():
        match name:
            case "momentum":
                optimizer["momentum"] = value
            case "nesterov":
                optimizer["nesterov"] = True
            case "betas":
                optimizer["beta1"], optimizer["beta2"] = _both(value)
            case "eps":
                optimizer["epsilon"] = value
            case "decay":
                optimizer["weight_decay"] = value
            case "step" | "cosine":
                length, share = _both(value)
                first, second = ("every", "factor") if name == "step" else ("steps", "final")
                schedule |= {"type": name, first: length} | ({second: share} if share else {})
            case "warmup":
                schedule["warm_up"] = value
            case "he" | "std":
                lane["init"] = START.read_option(name, value)
            case "batch":
                lane["batch"] = value
            case "id" | "name":
                lane[name] = unquote(value)
            case _ if name in ACTIVATIONS:
                lane["activation"] = name
    return lane | {"optimizer": optimizer, "schedule": schedule}


# When to stop


def _stop_items(stop: Stop) -> list[str]:
    items = [] if stop.step is None else [f"step{stop.step}"]
    items += [] if stop.accuracy is None else [f"accuracy{number(stop.accuracy)}"]
    return items + ["divergence"] * stop.divergence


def _read_stop(text: str) -> dict[str, Any]:
    stop: dict[str, Any] = {}
    for item in text.split(","):
        name, value = _option("stop", item, item)
        if name not in Stop.model_fields or name in stop:
            raise _unreadable("stop", item)
        stop[name] = value or True
    return stop


# Items and options


def _split(setting: str, item: str) -> tuple[str, dict[str, str]]:
    head, *rest = item.split(":")
    options = dict(_option(setting, option, item) for option in rest)
    if len(options) < len(rest):
        raise _unreadable(setting, item)
    return head, options


def _option(setting: str, text: str, item: str) -> tuple[str, str]:
    match = OPTION.fullmatch(text)
    of_layers = (field.flags for one in layers.TYPES for field in one.FIELDS)
    if match is None or (match["name"] in FLAGS.union(*of_layers)) != (match["value"] == ""):
        raise _unreadable(setting, item)
    return match["name"], match["value"]


def _unreadable(setting: str, item: str) -> Impossible:
    sample = SAMPLES[setting]
    message = f"{setting}: expected something like {sample}, got {item!r}"
    return Impossible("unreadable_setting", message, field=setting, sample=sample, got=item)
