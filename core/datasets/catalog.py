"""The data sets Inklab knows, described as data.

A description says which files hold a data set, what they must weigh and hash
to, and under which licence they come. Nothing is opened here: `store` does it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.config import Dimensions
from core.datasets.data_file import DataFile
from core.errors import UnknownDatasetError


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """Description of a data set.

    Attributes:
        name: Short name, which is also part of a folder name.
        title: Name to show.
        classes: What each class index stands for, in order.
        image_shape: Height and width of its images, in pixels.
        folder: Where its files are.
        train_images: IDX file of the training images.
        train_labels: IDX file of the training labels.
        test_images: IDX file of the test images.
        test_labels: IDX file of the test labels.
        num_train: Number of training images.
        num_test: Number of test images.
        licence: Licence of the data, and whose it is.
        citation: What to cite.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    image_shape: tuple[int, int]
    folder: Path
    train_images: DataFile
    train_labels: DataFile
    test_images: DataFile
    test_labels: DataFile
    num_train: int
    num_test: int
    licence: str
    citation: str

    @property
    def dimensions(self) -> Dimensions:
        """What it asks of a network."""
        height, width = self.image_shape
        return Dimensions(height=height, width=width, num_classes=len(self.classes))


_MNIST: Final = DatasetSpec(
    name="mnist",
    title="MNIST",
    classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    image_shape=(28, 28),
    folder=Path(__file__).parent / "mnist",
    train_images=DataFile(
        "train-images-idx3-ubyte.gz",
        size=9_630_610,
        sha256="71524e2cd1ad2968737f7f2f2ff69cbfc32df8ccddff51593f7cb2d4e0eb5b64",
    ),
    train_labels=DataFile(
        "train-labels-idx1-ubyte.gz",
        size=28_878,
        sha256="fe03b8bd7915f70bf5aa08be480aa413fbd85afcaa58b35d230d335f284fd88e",
    ),
    test_images=DataFile(
        "t10k-images-idx3-ubyte.gz",
        size=1_602_050,
        sha256="5634745efa576a17e7d4cf5cd9d09123c75e6538e5114267c2d156edaf519341",
    ),
    test_labels=DataFile(
        "t10k-labels-idx1-ubyte.gz",
        size=4_517,
        sha256="ae18e77e031ccde52407f794d123116439864147d33ac992975f85dd4dc42af6",
    ),
    num_train=60_000,
    num_test=10_000,
    licence="CC BY-SA 3.0 (Yann LeCun, Corinna Cortes, Christopher J. C. Burges)",
    citation=(
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "
        '"Gradient-based learning applied to document recognition", '
        "Proceedings of the IEEE 86 (11), 2278-2324, 1998."
    ),
)

_SPECS: Final = (_MNIST,)


def specs() -> tuple[DatasetSpec, ...]:
    """Return the descriptions of all data sets, in the order to show them."""
    return _SPECS


def spec(name: str) -> DatasetSpec:
    """Return the description of one data set.

    Args:
        name: Its short name, such as "mnist".

    Raises:
        UnknownDatasetError: If no data set has that name.
    """
    for candidate in _SPECS:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in _SPECS)
    message = f"Expected the name of a data set, got {name!r}. There are: {names}."
    raise UnknownDatasetError(message)
