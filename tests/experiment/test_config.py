import json
from typing import Any

import pytest
from kernelscope.experiment import ExperimentConfig, LaneConfig
from kernelscope.nn import SGD, Adam, AdamW, Conv, Dense, Gaussian, He
from pydantic import ValidationError

CONV = {"type": "conv", "name": "c", "filters": 2, "kernel": 3}
DENSE = {"type": "dense", "name": "d", "units": 10}
NAN, INFINITY = float("nan"), float("inf")


def lane(**members: Any) -> dict[str, Any]:
    return {"lanes": [{"learning_rate": 0.1, **members}]}


def conv(**members: Any) -> dict[str, Any]:
    return {"architecture": [{**CONV, **members}, DENSE]}


def test_defaults() -> None:
    config = ExperimentConfig()
    assert (config.dataset, config.batch_size) == ("digits", 64)
    assert [(lane.id, lane.learning_rate, lane.optimizer) for lane in config.lanes] == [
        ("A", 0.003, SGD()),
        ("B", 0.1, SGD()),
        ("C", 1.0, SGD()),
    ]
    assert [spec.name for spec in config.architecture] == [
        "conv1",
        "relu1",
        "pool1",
        "conv2",
        "relu2",
        "pool2",
        "dense",
    ]
    first, second, dense = config.architecture[0], config.architecture[3], config.architecture[6]
    assert first == Conv("conv1", 8, 7, padding=3, init=Gaussian(0.05))
    assert second == Conv("conv2", 16, 5, padding=2, init=Gaussian(0.05))
    assert dense == Dense("dense", 10, init=He())
    assert [shape.output for shape in config.shapes() if shape.spec.type == "pool"] == [(8, 14, 14), (16, 7, 7)]
    assert config.shapes()[-1].params["weight"] == (10, 16 * 7 * 7)


def test_it_survives_being_written_down() -> None:
    config = ExperimentConfig.model_validate(
        {
            "seed": 7,
            "architecture": [{**CONV, "kernel": [3, 5], "init": {"type": "he"}}, {"type": "relu", "name": "r"}, DENSE],
            "lanes": [
                {"learning_rate": 0.5, "optimizer": {"type": "adam", "beta1": 0.8}},
                {"id": "slow", "learning_rate": 1e-9, "optimizer": {"type": "sgd", "momentum": 0.9}},
                {"learning_rate": 0.1, "optimizer": {"type": "sgd", "momentum": 0.9, "nesterov": True}},
                {"learning_rate": 0.1, "optimizer": {"type": "adamw", "beta2": 0.99}},
            ],
        }
    )
    text = config.model_dump_json()
    assert ExperimentConfig.model_validate_json(text) == config
    assert ExperimentConfig.model_validate(json.loads(text)) == config
    assert config.architecture[0] == Conv("c", 2, (3, 5), init=He())
    assert [lane.optimizer for lane in config.lanes] == [
        Adam(beta1=0.8),
        SGD(momentum=0.9),
        SGD(momentum=0.9, nesterov=True),
        AdamW(beta2=0.99, weight_decay=0.01),
    ]
    assert ExperimentConfig.model_validate_json(ExperimentConfig().model_dump_json()) == ExperimentConfig()


def test_lanes_are_named_by_place() -> None:
    rate = {"learning_rate": 0.1}
    config = ExperimentConfig.model_validate({"lanes": [rate, {"id": "mine", **rate}, rate]})
    assert [lane.id for lane in config.lanes] == ["A", "mine", "C"]
    built = ExperimentConfig(lanes=[LaneConfig(learning_rate=0.1), LaneConfig(id="x", learning_rate=0.1)])
    assert [lane.id for lane in built.lanes] == ["A", "x"]
    eight = ExperimentConfig.model_validate({"lanes": [rate] * 8})
    assert "".join(lane.id for lane in eight.lanes) == "ABCDEFGH"


@pytest.mark.parametrize(
    ("values", "field", "allowed"),
    [
        ({"datset": "digits"}, "datset", "not permitted"),
        (
            {"dataset": "cats"},
            "dataset",
            "one of 'digits', 'fashion', 'photos', 'planted', 'mnist', 'fashion-mnist', 'kmnist', 'cifar10', got",
        ),
        ({"seed": -1}, "seed", "greater than or equal to 0"),
        ({"seed": 2**32}, "seed", "less than or equal to 4294967295"),
        ({"seed": 1.5}, "seed", "integer"),
        ({"batch_size": 0}, "batch_size", "greater than or equal to 1"),
        ({"batch_size": 1025}, "batch_size", "less than or equal to 1024"),
        ({"test_every": 0}, "test_every", "greater than or equal to 1"),
        ({"lanes": []}, "lanes", "at least 1"),
        ({"lanes": [{"learning_rate": 1}] * 9}, "lanes", "at most 8"),
        ({"lanes": [{"learning_rate": 1}] * 99}, "lanes", "at most 8"),
        ({"lanes": 3}, "lanes", "list"),
        ({"lanes": ["fast"]}, "lanes.0", "dictionary"),
        ({"lanes": [{}]}, "lanes.0.learning_rate", "required"),
        ({"lanes": [{"learning_rate": 1}, {"id": "A", "learning_rate": 1}]}, "lanes", "differ, got A, A"),
        (lane(id="no spaces"), "lanes.0.id", "1 to 16 of the characters A–Z .*, got 'no spaces'"),
        (lane(id=""), "lanes.0.id", "1 to 16 of the characters A–Z"),
        (lane(name="a\x1b[1m"), "lanes.0.name", r"one line of visible text, got .*, whose character 2 is U\+001B"),
        (lane(name="0.1 \u202efni"), "lanes.0.name", r"character 5 is U\+202E"),
        (lane(rate=1), "lanes.0.rate", "not permitted"),
        (lane(learning_rate=0), "lanes.0.learning_rate", "greater than 0"),
        (lane(learning_rate=-0.1), "lanes.0.learning_rate", "greater than 0"),
        (lane(learning_rate=1001), "lanes.0.learning_rate", "less than or equal to 1000"),
        (lane(learning_rate=NAN), "lanes.0.learning_rate", "finite"),
        (lane(learning_rate=INFINITY), "lanes.0.learning_rate", "finite"),
        (lane(learning_rate="fast"), "lanes.0.learning_rate", "number"),
        (lane(optimizer={"type": "rms"}), "lanes.0.optimizer", "'sgd', 'adam', 'adamw'"),
        (lane(optimizer={"type": "sgd", "momentum": 1}), "lanes.0.optimizer.sgd", "momentum: .* 0 up to"),
        (lane(optimizer={"type": "sgd", "momentum": NAN}), "lanes.0.optimizer.sgd", "momentum: .* got nan"),
        (lane(optimizer={"type": "sgd", "nesterov": True}), "lanes.0.optimizer.sgd", "nesterov: .*momentum above 0"),
        (lane(optimizer={"type": "sgd", "nesterov": 2}), "lanes.0.optimizer.sgd.nesterov", "boolean"),
        (lane(optimizer={"type": "sgd", "momentun": 0.9}), "lanes.0.optimizer.sgd.momentun", "[Uu]nexpected"),
        (
            lane(optimizer={"type": "adam", "weight_decay": INFINITY}),
            "lanes.0.optimizer.adam",
            "weight_decay: .*finite",
        ),
        (lane(optimizer={"type": "adamw", "weight_decay": -1}), "lanes.0.optimizer.adamw", "weight_decay: .*got -1"),
        (lane(optimizer={"type": "adamw", "nesterov": True}), "lanes.0.optimizer.adamw.nesterov", "[Uu]nexpected"),
        ({"architecture": []}, "architecture", "at least 1"),
        ({"architecture": [DENSE] * 33}, "architecture", "at most 32"),
        ({"architecture": [{"type": "lstm"}]}, "architecture.0", "'conv', 'relu'"),
        ({"architecture": [DENSE, DENSE]}, "architecture", "d: expected layer names that differ"),
        ({"architecture": [CONV]}, "architecture", r"c: .* one number a class, 10×1×1, got 2×26×26"),
        (conv(kernel=40), "architecture", "c: kernel 40×40 does not fit its input 1×28×28"),
        (conv(kernel=0), "architecture.0.conv", "c: kernel must be at least 1, got 0×0"),
        (conv(kernel=[3, 4, 5]), "architecture.0.conv.kernel.tuple[int, int]", "at most 2"),
        (conv(strid=2), "architecture.0.conv.strid", "[Uu]nexpected"),
        (conv(name="a/b"), "architecture", "without '.' or '/', got 'a/b'"),
        (conv(init={"type": "gaussian", "std": NAN}), "architecture.0.conv.init.Gaussian", "std: .* got nan"),
        (conv(init={"type": "gaussian", "std": 1e300}), "architecture.0.conv.init.Gaussian", "std: .* 0 to 1000"),
        # Sizes that would exhaust memory, each in a different way:
        (conv(filters=10**30), "architecture", "at most 100,000,000 numbers"),
        (conv(kernel=[1, 10**6], padding=[0, 10**6]), "architecture.0.conv", "kernel must be at most 10000"),
        (conv(padding=10**9, stride=10**9), "architecture.0.conv", "stride must be at most 10000"),
        (conv(kernel=[1, 10**4], padding=[0, 5_000]), "architecture", "at most 100,000,000 numbers"),
        ({**conv(filters=250), "batch_size": 1024}, "architecture", "at most 100,000,000 numbers .* for 1024 images"),
        (
            {
                "batch_size": 1,
                "architecture": [
                    {**CONV, "kernel": 1, "filters": 2000, "padding": 70},
                    {"type": "pool", "name": "p", "size": 100},
                    DENSE,
                ],
            },
            "architecture",
            "at most 100,000,000 numbers to work on for 128 images",  # the evaluation's, though a batch is one image
        ),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(values: dict[str, Any], field: str, allowed: str) -> None:
    with pytest.raises(ValidationError, match=allowed) as caught:
        ExperimentConfig.model_validate(values)
    assert field in {".".join(map(str, error["loc"])) for error in caught.value.errors()}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_lets_through_are_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        ExperimentConfig.model_validate_json(f'{{"lanes": [{{"learning_rate": {number}}}]}}')


def test_wrong_data_set_or_batch_size_does_not_hide_behind_the_architecture() -> None:
    with pytest.raises(ValidationError) as caught:
        ExperimentConfig.model_validate({"dataset": "cats", "batch_size": 0})
    assert {error["loc"] for error in caught.value.errors()} == {("dataset",), ("batch_size",)}


def test_the_largest_batch_of_the_default_network_is_allowed() -> None:
    assert ExperimentConfig(batch_size=1024).batch_size == 1024


def test_it_does_not_change_after_the_check() -> None:
    config = ExperimentConfig()
    with pytest.raises(ValidationError, match="frozen"):
        config.seed = 5  # type: ignore[misc]
