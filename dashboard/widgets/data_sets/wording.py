"""What is said of data sets, in Markdown; the names in it come from outside."""

from collections.abc import Sequence
from typing import Final

from core.datasets.spec import DatasetSpec, Origin
from core.types import InkStyle
from dashboard import words

MAX_CLASSES: Final = 62

STYLE_TITLES: Final[dict[InkStyle, str]] = {
    "mnist": "MNIST",
    "emnist": "EMNIST",
    "plain": "Plain",
}

STYLE_HELP: Final[dict[InkStyle, str]] = {
    "mnist": "The ink's box is scaled to 20 of 28 pixels and centred by its mass.",
    "emnist": "The ink fills 24 of 28 pixels, is slightly blurred, and centred by its "
    "box.",
    "plain": "The whole picture is scaled to the size; nothing is cropped or centred.",
}

ORIGINS: Final[dict[Origin, str]] = {
    "bundled": "Comes with Inklab and cannot be deleted",
    "download": "Downloaded",
    "imported": "Imported",
    "version": "Version of another data set",
    "handwriting": "Made of your drawings, anew with each of them",
}


def class_list(classes: Sequence[str]) -> str:
    """List the names of classes, of very many the first."""
    shown = ", ".join(map(words.literal, classes[:MAX_CLASSES]))
    more = len(classes) - MAX_CLASSES
    return f"{shown} and {more:,} more" if more > 0 else shown


def counts(spec: DatasetSpec) -> str:
    """Say how many images of what size a data set has."""
    height, width = spec.image_shape
    total = spec.num_train + spec.num_test
    return (
        f"**{total:,} images** ({spec.num_train:,} training, {spec.num_test:,} test), "
        f"{len(spec.classes)} classes, {width} x {height} pixels, "
        f"{STYLE_TITLES[spec.ink_style]} ink style"
    )


def problem(reason: str, count: int, examples: Sequence[str]) -> str:
    """Say in a line what was met how often, with a few names."""
    named = ", ".join(map(words.literal, examples))
    more = ", ..." if examples and count > len(examples) else ""
    where = f" ({named}{more})" if named else ""
    return f"{count:,} x {words.literal(reason)}{where}"


def problems(found: Sequence[tuple[str, int, Sequence[str]]]) -> str:
    """Say it of several, as a list."""
    return "\n".join(f"- {problem(*each)}" for each in found)
