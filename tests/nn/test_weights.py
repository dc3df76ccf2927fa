from pathlib import Path

import numpy as np
import pytest
from kernelscope.nn import Conv, Dense, Network, ReLU, WeightsError, load_weights, save_weights
from safetensors.numpy import load_file, save_file

ARCHITECTURE = [Conv("conv", 2, (3, 5)), ReLU("relu"), Dense("dense", 4)]


def network(seed: int, dtype: type = np.float32) -> Network:
    return Network(ARCHITECTURE, (1, 6, 7), np.random.default_rng(seed), dtype)


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    saved, loaded = network(1), network(2)
    save_weights(saved.params, tmp_path / "weights.safetensors")
    load_weights(loaded.params, str(tmp_path / "weights.safetensors"))
    assert np.array_equal(loaded.params.flat, saved.params.flat)
    images = np.random.default_rng(3).random((2, 1, 6, 7))
    assert np.array_equal(loaded.forward(images), saved.forward(images))
    assert [path.name for path in tmp_path.iterdir()] == ["weights.safetensors"]


def test_the_file_has_the_names_and_orientations_of_the_parameters(tmp_path: Path) -> None:
    saved = network(1)
    save_weights(saved.params, tmp_path / "weights")
    found = load_file(tmp_path / "weights")
    assert {name: array.shape for name, array in found.items()} == {
        "conv.weight": (2, 1, 3, 5),
        "conv.bias": (2,),
        "dense.weight": (4, 2 * 4 * 3),
        "dense.bias": (4,),
    }
    assert np.array_equal(found["conv.weight"], saved.params["conv.weight"])


def test_a_network_of_another_precision_takes_them(tmp_path: Path) -> None:
    saved, loaded = network(1), network(2, np.float64)
    save_weights(saved.params, tmp_path / "weights")
    load_weights(loaded.params, tmp_path / "weights")
    assert loaded.params.flat.dtype == np.float64
    assert np.array_equal(loaded.params.flat, saved.params.flat)


def test_a_torch_state_dict_of_the_same_names_is_taken(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential()
    module.add_module("conv", torch.nn.Conv2d(1, 2, (3, 5)))
    module.add_module("relu", torch.nn.ReLU())
    module.add_module("flatten", torch.nn.Flatten())
    module.add_module("dense", torch.nn.Linear(24, 4))
    save_file({name: tensor.numpy() for name, tensor in module.state_dict().items()}, tmp_path / "weights")
    loaded = network(1)
    load_weights(loaded.params, tmp_path / "weights")
    images = np.random.default_rng(3).random((2, 1, 6, 7), np.float32)
    expected = module(torch.from_numpy(images)).detach().numpy()
    assert loaded.forward(images) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dense.bias": None}, "dense.bias missing"),
        ({"fc.bias": np.zeros(4)}, "nothing else, got fc.bias too"),
        (
            {"conv.weight": np.zeros((2, 1, 5, 3))},
            r"conv.weight: expected the shape \(2, 1, 3, 5\), got \(2, 1, 5, 3\)",
        ),
        ({"conv.bias": np.zeros(2, np.int32)}, "conv.bias: expected real numbers, got int32"),
        ({"dense.bias": np.full(4, 1e300)}, "dense.bias: expected numbers that float32 can hold"),
    ],
)
def test_weights_of_another_network_are_refused_and_change_nothing(
    tmp_path: Path, change: dict[str, np.ndarray | None], message: str
) -> None:
    tensors = {name: array for name, array in ({**network(1).params} | change).items() if array is not None}
    save_file(tensors, tmp_path / "weights")
    loaded = network(2)
    with pytest.raises(WeightsError, match=message):
        load_weights(loaded.params, tmp_path / "weights")
    assert np.array_equal(loaded.params.flat, network(2).params.flat)


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"PK\x03\x04 no tensors in here", b"\xff" * 64])
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights").write_bytes(content)
    with pytest.raises(WeightsError, match="expected a safetensors file"):
        load_weights(network(1).params, tmp_path / "weights")


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    save_weights(network(1).params, tmp_path / "weights")
    (tmp_path / "weights").write_bytes((tmp_path / "weights").read_bytes()[:-3])
    with pytest.raises(WeightsError, match="expected a safetensors file"):
        load_weights(network(2).params, tmp_path / "weights")


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_weights(network(1).params, tmp_path / "weights")

    def fails(self: Path, target: Path) -> Path:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="no space"):
        save_weights(network(2).params, tmp_path / "weights")
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]
    loaded = network(3)
    load_weights(loaded.params, tmp_path / "weights")
    assert np.array_equal(loaded.params.flat, network(1).params.flat)
