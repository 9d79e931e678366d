"""Which pictures a command is about."""

from collections.abc import Sequence
from pathlib import Path

from core.cli.console import Record
from core.errors import PictureError
from core.imaging import pictures


def pictures_in(paths: Sequence[Path]) -> tuple[list[Path], list[Record]]:
    """List the pictures that are named, and those directly in folders.

    Returns:
        The pictures, and of each folder that gives none why.
    """
    found: list[Path] = []
    problems: list[Record] = []
    for path in paths:
        try:
            found += _in_folder(path) if path.is_dir() else [path]
        except PictureError as error:
            problems.append({"file": str(path), "error": str(error)})
        except OSError as error:
            message = (
                f"Expected a folder of pictures, but {path} cannot be opened: "
                f"{error.strerror}. Check that you may read it."
            )
            problems.append({"file": str(path), "error": message})
    return found, problems


def _in_folder(folder: Path) -> list[Path]:
    found = sorted(each for each in folder.iterdir() if pictures.is_picture_name(each))
    if not found:
        message = (
            f"Expected pictures in the folder {folder}, found none. Give a folder "
            "that directly contains PNG, JPEG, BMP, GIF, TIFF or WebP files."
        )
        raise PictureError(message)
    return found
