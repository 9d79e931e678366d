"""The commands about My handwriting."""

import argparse
from pathlib import Path

from core import settings
from core.cli import console
from core.cli.console import Record
from core.handwriting import collection, scores
from core.handwriting.collection import Drawing
from core.imaging import glyphs, ink, pictures
from core.imaging.pictures import RgbaImage
from core.inference import Predictor
from core.runs import open_store, run_dataset

Commands = argparse._SubParsersAction  # noqa: SLF001 - it has no public name


def add_to(
    commands: "Commands[argparse.ArgumentParser]", json_option: argparse.ArgumentParser
) -> None:
    """Add the commands to a parser."""
    group = commands.add_parser(
        "handwriting", help="drawings of one's own hand"
    ).add_subparsers(required=True, metavar="COMMAND")
    members = (list_drawings, add_picture, relabel, remove, score)
    parsers = {}
    for command in members:
        name = command.__name__.partition("_")[0]
        parser = group.add_parser(name, parents=[json_option], help=command.__doc__)
        parser.set_defaults(command=command)
        parsers[name] = parser
    parsers["add"].add_argument("path", type=Path, metavar="PICTURE")
    parsers["add"].add_argument("--label", required=True, help="what it shows: 7")
    parsers["add"].add_argument("--run", metavar="ID", help="run to ask, or latest")
    parsers["relabel"].add_argument("id", metavar="ID", help="id of a drawing")
    parsers["relabel"].add_argument("--label", required=True, help="its new label")
    parsers["remove"].add_argument("ids", nargs="+", metavar="ID")
    parsers["score"].add_argument(
        "--run", required=True, metavar="ID", help="run, or latest"
    )


def list_drawings(options: argparse.Namespace) -> int:
    """Print all drawings of My handwriting."""
    rows = [_facts(each) for each in collection.drawings()]
    console.print_rows(rows, name="drawings", as_json=options.json)
    return 0


@settings.changes
def add_picture(options: argparse.Namespace) -> int:
    """Keep a picture of one character with its label."""
    picture = pictures.read_picture(options.path)
    answer, confidence, run_id = "", 0.0, ""
    if options.run:
        answer, confidence, run_id = _ask(options.run, picture)
    drawing = collection.add(
        ink.ink_of_picture(picture),
        label=options.label,
        answer=answer,
        confidence=confidence,
        run_id=run_id,
    )
    console.print_record(_facts(drawing), as_json=options.json)
    return 0


@settings.changes
def relabel(options: argparse.Namespace) -> int:
    """Give a drawing another label."""
    drawing = collection.relabel(options.id, options.label)
    console.print_record(_facts(drawing), as_json=options.json)
    return 0


@settings.changes
def remove(options: argparse.Namespace) -> int:
    """Delete drawings."""
    for each in options.ids:
        collection.find(each)
    gone = collection.remove(options.ids)
    record = {"removed": [each.id for each in gone]}
    console.print_record(
        record | {"left": len(collection.drawings())}, as_json=options.json
    )
    return 0


def score(options: argparse.Namespace) -> int:
    """Score a run on the drawings that it has not learned from."""
    store = open_store()
    run = store.with_model(options.run)
    share = scores.of_run(store, run)
    record: Record = {"run_id": run.id, "n": share.total if share else 0}
    if share is not None:
        record |= {
            "accuracy": share.value,
            "accuracy_low": share.low,
            "accuracy_high": share.high,
        }
    console.print_record(record, as_json=options.json)
    return 0


def _ask(run_id: str, picture: RgbaImage) -> tuple[str, float, str]:
    """Return what a run says of a picture, how sure it is, and its id."""
    store = open_store()
    run = store.with_model(run_id)
    spec = run_dataset.spec_of(store, run)
    steps = glyphs.steps_of_picture(picture, spec.ink_style, spec.image_shape)
    said = Predictor(store.artifact(run.id, "model.tflite")).answer(steps.glyph)
    return spec.classes[said.best], said.confidence, run.id


def _facts(drawing: Drawing) -> Record:
    return {
        "id": drawing.id,
        "label": drawing.label,
        "part": drawing.part,
        "answer": drawing.answer,
        "confidence": drawing.confidence,
        "run_id": drawing.run_id,
        "created": drawing.created.isoformat(timespec="seconds"),
        "kind": "strokes" if drawing.strokes is not None else "picture",
    }
