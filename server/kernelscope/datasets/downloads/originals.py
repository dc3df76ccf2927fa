"""The data sets that can be downloaded: MNIST, Fashion-MNIST, Kuzushiji-MNIST and CIFAR-10, complete.

Sizes and SHA-256 checksums of the files to download are those that TensorFlow Datasets publishes
(``tensorflow_datasets/url_checksums/{mnist,fashion_mnist,kmnist,cifar10}.txt``); that of ``mnist.npz`` is Keras's
(``keras/src/datasets/mnist.py``). Of what is in them: for MNIST and Fashion-MNIST computed from files that have the
published MD5s (`kernelscope.datasets.make_digits`, `make_fashion`); for CIFAR-10 from torchvision for Ruby
(``lib/torchvision/datasets/cifar10.rb``); for KMNIST nobody publishes any, so only the files themselves are known.

A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009. T. Clanuwat et al., "Deep learning for
classical Japanese literature", 2018 (arXiv:1812.01718). The others: `kernelscope.datasets.digits` and `fashion`.
"""

from collections.abc import Iterator
from dataclasses import replace

from kernelscope.datasets import digits, fashion, photos
from kernelscope.datasets.dataset import DatasetInfo
from kernelscope.datasets.downloads.downloadable import Downloadable, File, Original

NAMES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}
"""The contents of the files of MNIST, and of all that are in its format, and their sizes in bytes."""


def _files(*packed: tuple[int, str], unpacked: tuple[str, ...] = ("",) * len(NAMES)) -> Iterator[Original]:
    """The four files of a data set in MNIST's format: sizes and checksums, packed and, where published, unpacked."""
    for (name, size), (bytes, sha256), content in zip(NAMES.items(), packed, unpacked, strict=True):
        yield Original(f"{name}.gz", bytes, sha256, (File(name, size, content),))


def _complete(about: DatasetInfo, name: str, title: str) -> DatasetInfo:
    return replace(about, name=name, title=title, train_size=60_000, test_size=10_000, origin="download")


MNIST = Downloadable(
    _complete(digits.INFO, "mnist", "MNIST, complete"),
    [
        *_files(
            (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            unpacked=(
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        )
    ],
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    folders=("MNIST/raw", "mnist"),
    others=[[Original("mnist.npz", 11_490_434, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1")]],
)
FASHION_MNIST = Downloadable(
    _complete(fashion.INFO, "fashion-mnist", "Fashion-MNIST, complete"),
    [
        *_files(
            (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            unpacked=(
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        )
    ],
    mirrors=(
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    folders=("FashionMNIST/raw", "fashion-mnist"),
)
KMNIST = Downloadable(
    DatasetInfo(
        name="kmnist",
        title="Kuzushiji-MNIST",
        train_size=60_000,
        test_size=10_000,
        image_shape=(1, 28, 28),
        classes=("お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo"),
        source="KMNIST (by CODH), adapted from the Kuzushiji Dataset (by NIJL and others), doi:10.20676/00000341",
        licence="CC BY-SA 4.0",
        origin="download",
    ),
    [
        *_files(
            (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        )
    ],
    mirrors=(
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ),
    folders=("KMNIST/raw", "kmnist"),
)
CIFAR10 = Downloadable(
    DatasetInfo(
        name="cifar10",
        title="CIFAR-10",
        train_size=50_000,
        test_size=10_000,
        image_shape=(3, 32, 32),
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        source="CIFAR-10, by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton",
        licence="none stated; its authors ask to cite Krizhevsky, 2009",
        network=photos.INFO.network,
        learning_rates=photos.INFO.learning_rates,
        preparation=photos.INFO.preparation,
        origin="download",
    ),
    [
        Original(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            tuple(
                File(f"cifar-10-batches-bin/{name}.bin", 30_730_000, sha256)
                for name, sha256 in {
                    "data_batch_1": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
                    "data_batch_2": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
                    "data_batch_3": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
                    "data_batch_4": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
                    "data_batch_5": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
                    "test_batch": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
                }.items()
            ),
        )
    ],
    mirrors=(
        "https://www.cs.toronto.edu/~kriz/",
        "https://cave.cs.toronto.edu/kriz/",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
    ),
    folders=("", "cifar10"),
)
DOWNLOADS = (MNIST, FASHION_MNIST, KMNIST, CIFAR10)
