"""Settings as the query of an address."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.datasets.augmentation import Augmentation
from kernelscope.datasets.names import UNPRINTABLE
from kernelscope.experiment import ExperimentConfig, LaneConfig, Stop, address
from kernelscope.experiment.variant import ACTIVATIONS
from kernelscope.impossible import Impossible
from kernelscope.nn import (
    GELU,
    SGD,
    Adam,
    AdamW,
    AveragePool,
    Constant,
    Conv,
    Cosine,
    Dense,
    Dropout,
    Gaussian,
    GlobalAveragePool,
    GlobalMaxPool,
    He,
    LayerSpec,
    LeakyReLU,
    MaxPool,
    ReLU,
    Sigmoid,
    StepDecay,
    Tanh,
)
from pydantic import ValidationError


def read(query: str) -> ExperimentConfig:
    return address.read(parse_qsl(query, keep_blank_values=True))


names = st.text(min_size=1, max_size=12).filter(lambda name: name.isprintable() and not set(name) & set("./"))
ids = st.from_regex(r"[A-Za-z0-9_-]{1,16}", fullmatch=True)
shares = st.floats(0, 1, exclude_max=True)
decays = st.floats(0, 100)
steps = st.integers(1, 10**6)
warm_ups = st.integers(0, 10**6)
starts = st.one_of(st.just(He()), st.builds(Gaussian, st.floats(0, 1000)))
small = st.integers(1, 3)
pairs = st.one_of(small, st.tuples(small, small))


def optimizers() -> st.SearchStrategy[SGD | Adam | AdamW]:
    momentum = st.floats(0, 1, exclude_min=True, exclude_max=True)
    settings = {"beta1": shares, "beta2": shares, "epsilon": st.floats(0, 1, exclude_min=True), "weight_decay": decays}
    return st.one_of(
        st.builds(SGD, weight_decay=decays),
        st.builds(SGD, momentum=momentum, weight_decay=decays, nesterov=st.booleans()),
        st.builds(Adam, **settings),
        st.builds(AdamW, **settings),
    )


def schedules() -> st.SearchStrategy[Constant | StepDecay | Cosine]:
    return st.one_of(
        st.builds(Constant, warm_up=warm_ups),
        st.builds(StepDecay, warm_up=warm_ups, every=steps, factor=st.floats(0, 1, exclude_min=True)),
        st.builds(Cosine, warm_up=warm_ups, steps=steps, final=st.floats(0, 1)),
    )


augmentations = st.builds(Augmentation, shift=st.integers(0, 16), flip=st.booleans(), crop=st.floats(0, 0.9))


@st.composite
def architectures(draw: st.DrawFn) -> list[LayerSpec]:
    """Layers small enough that every combination fits 28×28 pixels."""
    makers: list[Callable[[str], st.SearchStrategy[LayerSpec]]] = [
        lambda name: st.builds(
            Conv,
            st.just(name),
            small,
            pairs,
            stride=st.sampled_from([1, (1, 2)]),
            padding=pairs,
            init=starts,
            dilation=st.sampled_from([1, (2, 1)]),
        ),
        lambda name: st.one_of(
            st.builds(LeakyReLU, st.just(name), st.floats(0, 1)),
            *(st.builds(kind, st.just(name)) for kind in (ReLU, Tanh, Sigmoid, GELU)),
        ),
        lambda name: st.builds(
            lambda pool, *settings: pool(*settings),
            st.sampled_from([MaxPool, AveragePool]),
            st.just(name),
            st.sampled_from([1, 2, (1, 2)]),
            st.sampled_from([None, 1]),
        ),
        lambda name: st.one_of(
            st.builds(Dense, st.just(name), small, init=starts),
            st.builds(Dropout, st.just(name), st.floats(0, 0.99)),
            *(st.builds(pool, st.just(name)) for pool in (GlobalMaxPool, GlobalAveragePool)),
        ),
    ]
    kinds = draw(st.lists(st.integers(0, 2), max_size=4)) + draw(st.lists(st.sampled_from([1, 3]), max_size=2))
    called = draw(st.lists(names, min_size=len(kinds) + 1, max_size=len(kinds) + 1, unique=True))
    layers = [draw(makers[kind](name)) for kind, name in zip(kinds, called, strict=False)]
    return [*layers, Dense(called[-1], 10, draw(starts))]


@st.composite
def configs(draw: st.DrawFn) -> ExperimentConfig:
    batch_size = draw(st.integers(1, 1024))
    own: dict[str, st.SearchStrategy[object]] = {
        "optimizer": optimizers(),
        "init": st.none() | starts,
        "activation": st.none() | st.sampled_from(sorted(ACTIVATIONS)),
        "batch": st.none() | st.integers(1, batch_size),
    }
    differs = draw(st.sampled_from(sorted(own)))  # besides the rates
    same = {name: st.just(draw(values)) for name, values in own.items() if name != differs}
    lane = st.builds(
        LaneConfig,
        id=ids,
        name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(
            lambda name: not UNPRINTABLE.search(name)
        ),
        learning_rate=st.floats(0, 1000, exclude_min=True),
        schedule=schedules(),
        **{**same, differs: own[differs]},  # type: ignore[arg-type]
    )
    stop = st.builds(
        Stop, step=st.none() | steps, accuracy=st.none() | st.floats(0, 1, exclude_min=True), divergence=st.booleans()
    )
    config: dict[str, object] = {
        "seed": draw(st.integers(0, 2**32 - 1)),
        "batch_size": batch_size,
        "test_every": draw(st.integers(1, 100_000)),
        "stop": draw(stop),
        "augmentation": draw(augmentations),
    }
    if draw(st.booleans()):
        config["architecture"] = draw(architectures())
    if draw(st.booleans()):
        config["lanes"] = draw(st.lists(lane, min_size=1, max_size=8, unique_by=lambda lane: lane.id))
    return ExperimentConfig.model_validate(config)


@given(configs())
def test_what_is_written_is_read_again(config: ExperimentConfig) -> None:
    assert read(address.write(config)) == config


@given(st.lists(st.tuples(st.sampled_from([*address.MEMBERS, "other"]), st.text(max_size=60)), max_size=4))
def test_nothing_but_a_reason_comes_of_what_cannot_be_read(settings: list[tuple[str, str]]) -> None:
    with suppress(Impossible, ValidationError):
        address.read(settings)


parts = st.sampled_from(
    [
        "conv",
        "relu",
        "leaky",
        "dropout",
        "dilate2",
        "groups",
        "slope",
        "pool",
        "dense",
        "8",
        "x",
        "7",
        "pad",
        "std",
        "he",
        "tanh",
        "batch",
        "name",
        "adam",
        "step",
        "id",
        *",:=%",
        "0.1",
    ]
)


@given(st.sampled_from(["net", "lanes", "stop"]), st.lists(parts, max_size=12).map("".join))
def test_what_almost_cannot_be_read_is_read_as_it_is_written(setting: str, text: str) -> None:
    with suppress(Impossible, ValidationError):
        config = address.read([(setting, text)])
        assert read(address.write(config)) == config


def test_the_default_is_its_seed() -> None:
    assert address.write(ExperimentConfig()) == "seed=3"
    assert read("") == ExperimentConfig()


def test_a_whole_address_reads_as_people_write_it() -> None:
    config = read(
        "seed=5&batch=32&augment=shift2,flip,crop0.25&net=conv4x3x5:pad1x2:dilate2x1:he:name=stem,leaky:slope0.2,conv2x1:groups2,pool2:stride1,dense20,gelu,dense10:std0.1"
        "&lanes=0.1:tanh:std0.02:batch16,0.01:tanh:std0.02:batch16:adam:betas0.8x0.9:decay0.1:name=Adam,1:tanh:std0.02:batch16:momentum0.9:nesterov:step100x0.5:warmup10&stop=step500,divergence"
    )
    assert config.seed == 5
    assert config.augmentation == Augmentation(2, flip=True, crop=0.25)
    assert config.architecture == [
        Conv("stem", 4, (3, 5), padding=(1, 2), init=He(), dilation=(2, 1)),
        LeakyReLU("leaky1", 0.2),
        Conv("conv2", 2, 1, groups=2),
        MaxPool("pool1", 2, 1),
        Dense("dense1", 20),
        GELU("gelu1"),
        Dense("dense2", 10, Gaussian(0.1)),
    ]
    own: dict[str, Any] = {"init": Gaussian(0.02), "activation": "tanh", "batch": 16}
    assert config.lanes == [
        LaneConfig(id="A", learning_rate=0.1, **own),
        LaneConfig(
            id="B", name="Adam", learning_rate=0.01, optimizer=Adam(beta1=0.8, beta2=0.9, weight_decay=0.1), **own
        ),
        LaneConfig(
            id="C",
            learning_rate=1,
            optimizer=SGD(momentum=0.9, nesterov=True),
            schedule=StepDecay(every=100, factor=0.5, warm_up=10),
            **own,
        ),
    ]
    assert config.stop == Stop(step=500, divergence=True)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("bacth=32", "unknown_setting"),
        ("seed=1&seed=2", "repeated_setting"),
        ("net=conv8", "unreadable_setting"),
        ("net=conv8x7:pad", "unreadable_setting"),
        ("net=relu:pad1", "unreadable_setting"),
        ("net=conv8x7:pad1:pad2", "unreadable_setting"),
        ("net=", "unreadable_setting"),
        ("lanes=0.1:adam:momentum0.9", "unreadable_setting"),
        ("lanes=0.1:adam:adamw", "unreadable_setting"),
        ("lanes=0.1:relu:tanh", "unreadable_setting"),
        ("lanes=0.1:he:std0.1", "unreadable_setting"),
        ("lanes=0.1:nesterov0.9", "unreadable_setting"),
        ("augment=mirror", "unreadable_setting"),
        ("augment=flip,flip", "unreadable_setting"),
        ("augment=shift", "unreadable_setting"),
        ("stop=never", "unreadable_setting"),
        ("stop=step1,step2", "unreadable_setting"),
    ],
)
def test_what_cannot_be_read_is_named(query: str, code: str) -> None:
    with pytest.raises(Impossible) as caught:
        read(query)
    assert caught.value.code == code
    setting = query.partition("=")[0]
    assert caught.value.values["field"] == setting
    assert setting in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "seed=-1",
        "augment=shift17",
        "batch=many",
        "lanes=",
        "lanes=-1",
        "data=cats",
        "net=dense7",
        "net=leaky:slope2,dense10",
        "stop=step0",
    ],
)
def test_what_cannot_be_is_left_to_the_configuration(query: str) -> None:
    with pytest.raises(ValidationError):
        read(query)


def test_the_preparation_is_the_data_set_s_unless_it_is_given() -> None:
    assert (read("").preparation, read("data=photos").preparation) == ("none", "local")
    for query in ("data=photos&seed=3", "data=photos&prep=none&seed=3", "prep=standard&seed=3"):
        assert address.write(read(query)) == query
    for wrong in ("some", ""):
        with pytest.raises(ValidationError, match="'none', 'local' or 'standard'"):
            address.read([("prep", wrong)])


def test_the_lanes_are_the_usual_ones_of_the_data_set() -> None:
    rates = [[lane.learning_rate for lane in read(query).lanes] for query in ("", "data=photos", "data=photos&lanes=1")]
    assert rates == [[0.003, 0.1, 1.0], [0.003, 0.1, 3.0], [1.0]]
    assert read("data=fashion") == ExperimentConfig(dataset="fashion", lanes=read("").lanes)
    assert address.write(read("data=fashion")) == "data=fashion&seed=3"
    assert [lane.id for lane in read("data=photos").lanes] == ["A", "B", "C"]
    assert address.write(read("data=photos")) == "data=photos&seed=3"
    planted = read("data=planted:1.50,0.3")  # not its canonical name
    assert address.write(planted) == "data=planted:1.5,0.3&seed=3"
    assert {lane.optimizer for lane in planted.lanes} == {Adam(weight_decay=0.006)}
    assert address.write(read("data=planted:2,0.30&seed=4")) == "data=planted&seed=4"


def test_a_configuration_of_before_there_was_a_choice_has_the_usual_preparation_and_no_augmentation() -> None:
    members = ExperimentConfig().model_dump()
    del members["preparation"], members["augmentation"]
    assert ExperimentConfig.model_validate(members) == ExperimentConfig()
    assert not ExperimentConfig().augmentation
