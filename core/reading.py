"""Read pictures of single characters with a model, for the terminal."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.console import Record
from core.errors import PictureError
from core.imaging import glyphs, pictures
from core.inference import Predictor


def answer(
    predictor: Predictor, path: Path, classes: Sequence[str], *, labelled: bool
) -> Record:
    """Say what one picture shows; what cannot be read has an error instead.

    Args:
        predictor: The model.
        path: The picture.
        classes: Names of the model's classes.
        labelled: Whether the name of the file begins with its label and "__".
    """
    record: Record = {"file": str(path)}
    if labelled:
        record["label"] = path.name.split("__")[0]
    try:
        said = predictor.answer(glyphs.glyph_of_picture(path))
    except PictureError as error:
        print(f"error: {error}", file=sys.stderr)
        return record | {"answer": None, "probability": None, "error": str(error)}
    return record | {
        "answer": classes[said.best],
        "probability": said.confidence,
    }


def pictures_in(paths: Sequence[Path]) -> Iterator[Path]:
    """Give the pictures that are named, and those directly in folders.

    Raises:
        PictureError: If a folder has none.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [each for each in path.iterdir() if pictures.is_picture_name(each)]
        if not found:
            message = (
                f"Expected pictures in the folder {path}, found none. Give a folder "
                "that directly holds PNG, JPEG, BMP, GIF, TIFF or WebP files."
            )
            raise PictureError(message)
        yield from sorted(found)
