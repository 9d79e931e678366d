"""The robustness of a run in a terminal: its score, and what harms it most."""

import argparse
from collections.abc import Mapping

from core.cli import task_results
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.corrupting.sweeps import SWEEPS
from core.evaluation.robustness import Robustness
from core.jobs.kinds import robustness
from core.jobs.kinds.robustness import MAX_IMAGES, MeasureRobustness
from core.proportion import percent
from core.records import Run
from core.runs.store import RunStore


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what this analysis can be told."""
    parser.add_argument(
        "--max-images",
        type=_at_least_one,
        default=MAX_IMAGES,
        metavar="N",
        help=f"measure on so many test images at most ({MAX_IMAGES:,})",
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="of all that is random (0)"
    )


def _at_least_one(text: str) -> int:
    return _whole(text, lowest=1)


def _seed(text: str) -> int:
    return _whole(text, lowest=0)


def _whole(text: str, *, lowest: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = lowest - 1
    if number < lowest:
        message = f"expected a whole number of at least {lowest}, got {text}"
        raise argparse.ArgumentTypeError(message)
    return number


def analyse(
    store: RunStore, run: Run, options: argparse.Namespace
) -> Mapping[str, object]:
    """Measure the accuracy on changed and corrupted test images."""
    task = MeasureRobustness(
        subject=run.id, max_images=options.max_images, seed=options.seed
    )
    made = task_results.result_of(store, run, task)
    found = robustness.read(store, run.id, made)
    return {**made.metrics, **_numbers(found)} if options.json else _readable(found)


def _numbers(found: Robustness) -> Mapping[str, object]:
    return {
        "num_test": found.num_test,
        "corruptions": {
            key: {"accuracy": share.value, "low": share.low, "high": share.high}
            for key, share in found.worst_first
        },
        "sweeps": {
            each.key: {
                "strengths": list(each.strengths),
                "accuracies": [share.value for share in each.accuracies],
            }
            for each in found.curves
        },
    }


def _readable(found: Robustness) -> Mapping[str, object]:
    titles = {each.key: each.title for each in CORRUPTIONS}
    return {
        "score": f"{percent(found.score)} ({percent(found.low)} to "
        f"{percent(found.high)})",
        "clean": percent(found.clean.value),
        "n": found.clean.total,
        **{
            titles.get(key, key): percent(share.value)
            for key, share in found.worst_first
        },
        **{
            f"{sweep.title} ({sweep.axis})": ", ".join(
                f"{strength:g}: {percent(share.value)}"
                for strength, share in zip(
                    curve.strengths, curve.accuracies, strict=True
                )
            )
            for sweep in SWEEPS
            for curve in found.curves
            if curve.key == sweep.key
        },
    }
