"""What the commands about data sets take."""

import argparse
from pathlib import Path
from typing import get_args

from core.datasets import getting
from core.datasets.export import Form
from core.datasets.importing.source import ImportOptions
from core.types import InkStyle


def add_nothing(_parser: argparse.ArgumentParser) -> None:
    """Add no options."""


def add_name(parser: argparse.ArgumentParser) -> None:
    """Take the name of a data set."""
    parser.add_argument("name", metavar="NAME", help="name of a data set")


def add_wanted(parser: argparse.ArgumentParser) -> None:
    """Take the name of a data set that can be got."""
    names = ", ".join(split.dataset_name for split in getting.available())
    parser.add_argument("name", metavar="NAME", help=f"one of {names}")


def add_delete(parser: argparse.ArgumentParser) -> None:
    """Take what a deletion needs."""
    add_name(parser)
    parser.add_argument(
        "--yes", action="store_true", help="delete it even if runs used it"
    )


def add_export(parser: argparse.ArgumentParser) -> None:
    """Take what an export needs."""
    add_name(parser)
    parser.add_argument(
        "--form",
        choices=get_args(Form),
        default="idx",
        help="IDX files in a zip, one .npz, or a zip of a folder of pictures for each "
        "class (default %(default)s)",
    )
    parser.add_argument("--output", type=Path, metavar="PATH", help="where to write it")
    parser.add_argument("--force", action="store_true", help="replace the file")


def add_import(parser: argparse.ArgumentParser) -> None:
    """Take what an import needs: every choice that the page offers."""
    usual = ImportOptions()
    add = parser.add_argument
    add("paths", nargs="+", type=Path, metavar="PATH", help="files, folders or zips")
    add("--name", required=True, help="what to call the data set")
    add("--title", default="", help="name to show")
    add("--licence", default="", help="licence of the data, and whose it is")
    add("--split", help="which of several sets that lie there, such as bymerge")
    add(
        "--ink-style",
        choices=get_args(InkStyle),
        help="how pictures become glyphs, or how glyphs were made",
    )
    add(
        "--test-share",
        type=float,
        default=usual.test_share,
        metavar="X",
        help="share to test with where no test images are (default %(default)s)",
    )
    add(
        "--seed",
        type=int,
        default=usual.seed,
        metavar="N",
        help="chooses these (default %(default)s)",
    )
    add(
        "--transposed",
        action=argparse.BooleanOptionalAction,
        help="rows and columns are exchanged, as in EMNIST's files",
    )
    add("--size", type=_size, metavar="HxW", help="size of glyphs made of pictures")
    add(
        "--on-problem",
        choices=("leave-out", "refuse"),
        default=usual.on_problem,
        help="what to do if images cannot be used (default %(default)s)",
    )


def _size(text: str) -> tuple[int, int]:
    try:
        height, width = map(int, text.lower().split("x"))
    except ValueError as error:
        message = f"expected height and width in pixels, like 28x28, got {text!r}"
        raise argparse.ArgumentTypeError(message) from error
    return height, width
