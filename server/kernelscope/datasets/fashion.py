"""Fashion-MNIST, articles of clothing: a balanced subset of the original, made by `kernelscope.datasets.make_fashion`.

Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
arXiv:1708.07747 (2017).
"""

from pathlib import Path

from kernelscope.datasets.dataset import Dataset, DatasetInfo

FILE = Path(__file__).parent / "data" / "fashion.npz"
TRAIN_PER_CLASS = 500
TEST_PER_CLASS = 100

INFO = DatasetInfo(
    name="fashion",
    title="Fashion-MNIST",
    train_size=10 * TRAIN_PER_CLASS,
    test_size=10 * TEST_PER_CLASS,
    image_shape=(1, 28, 28),
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    source="Fashion-MNIST, by Han Xiao, Kashif Rasul and Roland Vollgraf, Zalando SE",
    licence="MIT",
    centred="extent",
)


def load() -> Dataset:
    """Load the shipped file."""
    return Dataset.from_file(INFO, FILE)
