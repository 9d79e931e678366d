"""The command that reads numbers and words in pictures with a model."""

import argparse
from functools import partial
from pathlib import Path
from typing import Final

from core import reading
from core.cli import console
from core.cli.console import Record
from core.cli.picture_paths import pictures_in
from core.datasets.spec import DatasetSpec
from core.errors import PictureError
from core.imaging import ink, pictures
from core.inference import Predictor
from core.reading import ReadCharacter, Reading
from core.runs import open_store, run_dataset, temperatures

SOME_FAILED: Final = 1
WRONG_OPTIONS: Final = 2


def read(options: argparse.Namespace) -> int:
    """Read all characters of pictures, line by line."""
    if options.labelled:
        console.print_error(
            "Expected --line or --labelled, got both: the labels of file names are of "
            "single characters. Leave one out."
        )
        return WRONG_OPTIONS
    store = open_store()
    run = store.with_model(options.run)
    spec = run_dataset.spec_of(store, run)
    fitted = temperatures.of_run(store, run)
    read_one = partial(
        read_picture,
        predictor=Predictor(store.artifact(run.id, "model.tflite")),
        spec=spec,
        temperature=fitted.value,
    )
    found, problems = pictures_in(options.paths)
    answers = [read_one(path) for path in found]
    failed = [*problems, *(each for each in answers if "error" in each)]
    for each in failed:
        console.print_error(each["error"])
    result: Record = {"run_id": run.id, "n": len(answers), "answers": answers}
    result["temperature"] = fitted.value if fitted.is_fitted else None
    if problems:
        result["problems"] = problems
    if options.json:
        console.print_record(result, as_json=True)
    else:
        _print(answers)
    return SOME_FAILED if failed else 0


def read_picture(
    path: Path, *, predictor: Predictor, spec: DatasetSpec, temperature: float
) -> Record:
    """Say what is written in one picture; what cannot be read has an error instead.

    Args:
        path: The picture.
        predictor: The model.
        spec: The data set that the model learned from.
        temperature: That of the run; see `core.evaluation.temperature`.
    """
    record: Record = {"file": str(path)}
    try:
        rgba = pictures.read_picture(path)
        found_ink = ink.read_picture_ink(rgba).ink
        found = reading.read(
            found_ink,
            predict=predictor.predict,
            style=spec.ink_style,
            shape=spec.image_shape,
            temperature=temperature,
        )
    except PictureError as error:
        return record | {"text": None, "lines": [], "error": str(error)}
    # Ink is found in a reduced picture if the picture is large.
    factor = rgba.shape[1] / found_ink.shape[1]
    return record | {
        "text": found.text(spec.classes),
        "lines": _lines(found, spec.classes, factor),
    }


def _lines(
    found: Reading, classes: tuple[str, ...], factor: float
) -> list[list[Record]]:
    return [
        [_character(each, classes, factor) for each in line] for line in found.lines
    ]


def _character(each: ReadCharacter, classes: tuple[str, ...], factor: float) -> Record:
    box = each.box.scaled(factor)
    return {
        "answer": classes[each.answer.best],
        "probability": each.answer.confidence,
        "box": {
            "top": box.top,
            "left": box.left,
            "height": box.height,
            "width": box.width,
        },
    }


def _print(answers: list[Record]) -> None:
    """Print the text of each picture, then its characters."""
    rows = [
        {
            "file": answer["file"],
            "line": number,
            "answer": each["answer"],
            "probability": each["probability"],
            **each["box"],
        }
        for answer in answers
        for number, line in enumerate(answer["lines"], start=1)
        for each in line
    ]
    for answer in answers:
        console.print_record(
            {key: answer[key] for key in ("file", "text")}, as_json=False
        )
    console.print_rows(rows, name="characters", as_json=False)
