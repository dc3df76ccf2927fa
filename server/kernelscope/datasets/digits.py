"""MNIST, handwritten digits: a balanced subset of the original, made by `kernelscope.datasets.make_digits`."""

from pathlib import Path

from kernelscope.datasets.dataset import Dataset, DatasetInfo

FILE = Path(__file__).parent / "data" / "digits.npz"
TRAIN_PER_CLASS = 1000
TEST_PER_CLASS = 200

INFO = DatasetInfo(
    name="digits",
    title="MNIST digits",
    train_size=10 * TRAIN_PER_CLASS,
    test_size=10 * TEST_PER_CLASS,
    image_shape=(1, 28, 28),
    classes=tuple("0123456789"),
    source="MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges",
    licence="CC BY-SA 3.0",
    centred="mass",
)


def load() -> Dataset:
    """Load the shipped file."""
    return Dataset.from_file(INFO, FILE)
