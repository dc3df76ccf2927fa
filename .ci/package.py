"""Check a wheel as users get it: run ``package.py WHEEL`` in an environment that has it and mypy installed."""

import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

MOST_BYTES = 8_000_000
PROGRAM = """
from pathlib import Path

import numpy as np

from kernelscope import SGD, Batches, Conv, Dense, Network, ReLU, Step, datasets, load_weights, save_weights, train

digits = datasets.load("digits")
network = Network([Conv("conv", 4, 5), ReLU("relu"), Dense("out", 10)], digits.image_shape, np.random.default_rng(1))
batches = Batches(digits.train_images, digits.train_labels, 16, np.random.default_rng(2))
step: Step = next(train(network, batches, SGD(momentum=0.9), learning_rate=0.01))
save_weights(network.params, Path("weights.safetensors"))
load_weights(network.params, "weights.safetensors")
print(network.params["conv.weight"].shape, step.loss > 0)
"""
WRONG = """
from kernelscope import datasets

x: str = datasets.load("digits").train_images
"""


def main() -> None:
    """Check the wheel.

    Raises:
        AssertionError: it is not as it should be.
    """
    [wheel] = sys.argv[1:]
    size = Path(wheel).stat().st_size
    assert size <= MOST_BYTES, f"expected a wheel of at most {MOST_BYTES:,} bytes, got {size:,}"
    print(f"the wheel has {size:,} bytes")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = (archive.read(name) for name in names if name.endswith(".dist-info/METADATA"))
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kernelscope"}, tops
    for needed in ("py.typed", "static/built/brotli/", "templates/", "datasets/data/digits.npz"):
        assert any(name.startswith(f"kernelscope/{needed}") for name in names), needed
    readme = message_from_bytes(metadata).get_payload()
    assert isinstance(readme, str)
    assert "# Kernelscope" in readme
    assert "](docs/" not in readme, "links to files of the repository are broken on a package index"
    assert "![" not in readme, "pictures of the repository are missing on a package index"
    with TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(PROGRAM)
        Path(folder, "wrong.py").write_text(WRONG)
        Path(folder, "server.py").write_text("raise SystemExit('not this one')\n")
        printed = subprocess.run([sys.executable, "program.py"], cwd=folder, check=True, capture_output=True, text=True)
        assert printed.stdout == "(4, 1, 5, 5) True\n", printed.stdout
        subprocess.run([sys.executable, "-m", "mypy", "--strict", "program.py"], cwd=folder, check=True)
        wrong = subprocess.run([sys.executable, "-m", "mypy", "--strict", "wrong.py"], cwd=folder, capture_output=True)
        assert b"ndarray" in wrong.stdout, "mypy does not see the package's types"


main()
