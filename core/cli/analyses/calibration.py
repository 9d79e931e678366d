"""Calibration, temperature and rejection in a terminal."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from core.cli.analyses import printed
from core.evaluation import calibration, rejection
from core.evaluation.calibration import Confidences, Reliability
from core.records import Run
from core.runs import answers, temperatures
from core.runs.store import RunStore

CONFIDENCE: Final = 0.9


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen."""
    parser.add_argument(
        "--confidence",
        type=_share,
        default=CONFIDENCE,
        metavar="X",
        help=f"answer only if more confident than this, 0 to 1 (default {CONFIDENCE})",
    )


def analyse(
    store: RunStore, run: Run, options: argparse.Namespace
) -> Mapping[str, object]:
    """Compare confidence and accuracy on the test images."""
    said = answers.predictions(store.artifact(run.id, "predictions.npz"), run)
    fitted = temperatures.of_run(store, run)
    before = calibration.confidences(said.labels, said.probabilities)
    after = calibration.confidences(
        said.labels, said.probabilities, temperature=fitted.value
    )
    as_json = options.json
    record: dict[str, object] = {"n": len(before), **_numbers(before, as_json=as_json)}
    if fitted.is_fitted:
        calibrated = _numbers(after, as_json=as_json)
        record["temperature"] = fitted.value
        record["validation_images"] = fitted.n
        record |= {f"calibrated_{name}": each for name, each in calibrated.items()}
    else:
        record |= {"temperature": None, "no_temperature": fitted.reason}
    record["mean_risk"] = rejection.coverage(after).mean_risk
    return record | _answered(after, options.confidence)


def _numbers(found: Confidences, *, as_json: bool) -> dict[str, object]:
    whole = calibration.summary(found)
    made = whole.reliability
    record: dict[str, object] = {
        "calibration_error": printed.estimate(
            made.error, made.interval, as_json=as_json
        ),
        "calibration_error_by_chance": made.by_chance,
        "largest_calibration_error": made.largest,
        "log_loss": printed.estimate(
            whole.log_loss, whole.log_loss_interval, as_json=as_json
        ),
    }
    if as_json:
        record["bins"] = _bins(made)
    return record


def _bins(made: Reliability) -> list[dict[str, object]]:
    return [
        {**asdict(each), "right": each.right.successes, "n": each.right.total}
        for each in made.bins
    ]


def _answered(found: Confidences, above: float) -> dict[str, object]:
    made = rejection.answered_above(found, above)
    return {
        "answered_above": above,
        "rejected": len(made.rejected),
        "answered": made.total - len(made.rejected),
        "wrong": len(made.wrong),
        "accuracy_of_answered": made.right.value if made.right else None,
    }


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        message = f"expected a confidence of 0 to 1, got {text}"
        raise argparse.ArgumentTypeError(message)
    return value
