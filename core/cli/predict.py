"""The command that classifies pictures of single characters with a model."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from core.cli import console, predict_line
from core.cli.console import Record
from core.cli.picture_paths import pictures_in
from core.datasets.classes import index_of
from core.datasets.spec import DatasetSpec
from core.errors import PictureError
from core.evaluation.novelty import ANSWERED_SHARE, Verdict
from core.evaluation.temperature import NONE
from core.imaging import glyphs
from core.inference import Predictor
from core.jobs.kinds import novelty
from core.network_view import NetworkView, num_members
from core.records import Run
from core.run_features import features_of
from core.runs import open_store, run_dataset, temperatures
from core.runs.store import RunStore
from core.types import GrayImage

SOME_FAILED: Final = 1

Judge = Callable[[GrayImage, float], Verdict | None]
"""Says of a model input and the confidence whether an answer is to be given."""


def predict(options: argparse.Namespace) -> int:
    """Classify pictures of single characters, or read lines of them."""
    if options.line:
        return predict_line.read(options)
    store = open_store()
    run = store.with_model(options.run)
    spec = run_dataset.spec_of(store, run)
    classes = spec.classes
    fitted = temperatures.of_run(store, run)
    predictor = Predictor(store.artifact(run.id, "model.tflite"))
    judge = judge_of(store, run, spec)
    found, problems = pictures_in(options.paths)
    answers = [
        answer(
            predictor,
            path,
            spec,
            labelled=options.labelled,
            temperature=fitted.value,
            judge=judge,
        )
        for path in found
    ]
    result: Record = {"run_id": run.id, "n": len(answers), "answers": answers}
    # It decides the probabilities, and no answer.
    result["temperature"] = fitted.value if fitted.is_fitted else None
    # Whether the verdicts are there, and how strict they are.
    result["answered_share"] = None if judge is None else ANSWERED_SHARE
    if problems:
        result["problems"] = problems
    is_scored = not options.labelled or score(result, classes)
    for problem in (*problems, *(each for each in answers if "error" in each)):
        console.print_error(problem["error"])
    if options.json:
        console.print_record(result, as_json=True)
    else:
        console.print_rows(answers, name="answers", as_json=False)
        listed = ("answers", "problems")
        facts = {key: result[key] for key in result if key not in listed}
        console.print_record(facts, as_json=False)
    is_read = not problems and not any("error" in answer for answer in answers)
    return 0 if is_read and is_scored else SOME_FAILED


def score(result: Record, classes: Sequence[str]) -> bool:
    """Add the accuracy to answers whose files have labels; the others are left out.

    Args:
        result: The answers, of which a label may be None; `accuracy` is added if one
            is not, and `unlabelled`, the number of those left out, if there are any.
        classes: Names of the model's classes.

    Returns:
        Whether all have a label.
    """
    answers = result["answers"]
    labelled = [answer for answer in answers if answer["label"] is not None]
    if labelled:
        right = sum(answer["answer"] == answer["label"] for answer in labelled)
        result["accuracy"] = right / len(labelled)
    unlabelled = [answer for answer in answers if answer["label"] is None]
    if unlabelled:
        result["unlabelled"] = len(unlabelled)
        console.print_error(
            f"Expected file names that begin with a class ({', '.join(classes)}) and "
            f"__, got {len(unlabelled):,} of {len(answers):,} that do not, for example "
            f"{unlabelled[0]['file']}. They are not in the accuracy; rename them."
        )
    return not unlabelled


def answer(
    predictor: Predictor,
    path: Path,
    spec: DatasetSpec,
    *,
    labelled: bool,
    temperature: float = NONE,
    judge: Judge | None = None,
) -> Record:
    """Say what one picture shows; what cannot be read has an error instead.

    Args:
        predictor: The model.
        path: The picture.
        spec: The data set that the model learned from.
        labelled: Whether the name of the file begins with its label and "__". It is
            the name of a class, or any character of a merged one: "c" means "C/c".
        temperature: That of the run; see `core.evaluation.temperature`.
        judge: Says whether an answer is to be given; None if that is not known.
    """
    record: Record = {"file": str(path)}
    classes = spec.classes
    if labelled:
        label, _, rest = path.name.partition("__")
        meant = index_of(classes, label) if rest else None
        record["label"] = None if meant is None else classes[meant]
    try:
        glyph = glyphs.glyph_of_picture(path, spec.ink_style, spec.image_shape)
        said = predictor.answer(glyph, temperature=temperature)
    except PictureError as error:
        unknown = dict.fromkeys(("answer", "probability", "verdict"))
        return record | unknown | {"error": str(error)}
    return record | {
        "answer": classes[said.best],
        "probability": said.confidence,
        "verdict": None if judge is None else judge(glyph, said.confidence),
    }


def judge_of(store: RunStore, run: Run, spec: DatasetSpec) -> Judge | None:
    """Return what says whether an answer of a run is to be given.

    Returns:
        None if its novelty thresholds were not computed.
    """
    reference = novelty.of_run(store, run)
    if reference is None:
        return None
    path = store.artifact(run.id, "model.tflite")
    views = [
        NetworkView(path, run.config, spec.dimensions, member=member)
        for member in range(num_members(run.config))
    ]
    units = reference.features.shape[1]

    def judge(glyph: GrayImage, confidence: float) -> Verdict | None:
        found = features_of(views, glyph, num_units=units)
        return None if found is None else reference.judge(found, confidence).verdict

    return judge
