"""The command that reads pictures of single characters with a model."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from core.cli import console
from core.cli.console import Record
from core.datasets import catalog
from core.errors import PictureError
from core.imaging import glyphs, pictures
from core.inference import Predictor
from core.runs import open_store

SOME_FAILED: Final = 1


def predict(options: argparse.Namespace) -> int:
    """Say what pictures of single characters show."""
    store = open_store()
    run = store.with_model(options.run)
    classes = catalog.spec(run.config.dataset).classes
    predictor = Predictor(store.artifact(run.id, "model.tflite"))
    answers = [
        answer(predictor, path, classes, labelled=options.labelled)
        for path in pictures_in(options.paths)
    ]
    result: Record = {"run_id": run.id, "n": len(answers), "answers": answers}
    if options.labelled and answers:
        right = sum(answer["answer"] == answer["label"] for answer in answers)
        result["accuracy"] = right / len(answers)
    if options.json:
        console.print_record(result, as_json=True)
    else:
        console.print_rows(answers, name="answers", as_json=False)
        console.print_record(
            {key: result[key] for key in result if key != "answers"}, as_json=False
        )
    return SOME_FAILED if any("error" in answer for answer in answers) else 0


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
