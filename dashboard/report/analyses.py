"""What the report of a run tells of the analyses that were made of it."""

from collections.abc import Iterator

from core.errors import ArtifactError
from core.evaluation import calibration, learning
from core.evaluation.calibration import Summary
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.temperature import NONE
from core.jobs.kinds import robustness
from core.jobs.kinds.robustness import MeasureRobustness
from core.predictions import Predictions
from core.proportion import percent
from core.records import Run
from core.runs import temperatures
from core.runs.store import RunStore
from dashboard import words
from dashboard.charts.calibration import AFTER, BEFORE, reliability_diagram
from dashboard.charts.class_curves import class_curves
from dashboard.charts.theme import LIGHT
from dashboard.report.document import Part, Picture, Table


def how_calibrated(store: RunStore, run: Run, said: Predictions) -> Iterator[Part]:
    """Tell whether it is right as often as it says, if the run has a temperature."""
    fitted = temperatures.of_run(store, run)
    if not fitted.is_fitted:
        return
    before, after = (
        calibration.summary(
            calibration.confidences(
                said.labels, said.probabilities, temperature=temperature
            )
        )
        for temperature in (NONE, fitted.value)
    )
    figure = reliability_diagram(
        before.reliability, after.reliability, name="reliability", palette=LIGHT
    )
    rows = (
        ("Expected calibration error", *map(_calibration_error, (before, after))),
        ("Log loss", *map(_log_loss, (before, after))),
    )
    yield Part(
        heading="Calibration",
        text=f"Temperature {fitted.value:.3f}, fitted on {fitted.n:,} validation "
        "images: the logarithms of the probabilities are divided by it. The order of "
        "the classes stays the same.",
        content=[
            Picture(
                figure=figure,
                alt="Accuracy of the test images by confidence, with the number of "
                "images, as trained and with temperature",
            ),
            Table(titles=("Score", BEFORE, AFTER), rows=rows),
        ],
        remark=f"On {before.reliability.n:,} test images, which took no part in the "
        "fit. In brackets: 95 % bootstrap intervals. A calibrated model classifies 90 "
        "% of the images correctly of which it is 90 % confident.",
    )


def _calibration_error(found: Summary) -> str:
    error, interval = found.reliability.error, found.reliability.interval
    return f"{percent(error)} ({percent(interval.low)} to {percent(interval.high)})"


def _log_loss(found: Summary) -> str:
    interval = found.log_loss_interval
    return f"{found.log_loss:.4f} ({interval.low:.4f} to {interval.high:.4f})"


def how_it_learned(
    store: RunStore, run: Run, classes: tuple[str, ...]
) -> Iterator[Part]:
    """Tell what was learned when, if the run has kept that."""
    heading = "How it learned"
    try:
        said = store.validation(run.id)
    except ArtifactError as error:
        yield Part(heading=heading, text=str(error))
        return
    if said is None or not len(said.by_epoch):
        return
    num_epochs = store.history(run.id).num_epochs
    first = max(num_epochs - len(said.by_epoch), 0) + 1
    figure = class_curves(
        learning.class_accuracy(said.labels, said.by_epoch, num_classes=len(classes)),
        classes=classes,
        first_epoch=first,
        chosen=None,
        palette=LIGHT,
    )
    followed = learning.follow(said.labels, said.by_epoch)
    late, forgotten, never = (len(followed.of(kind)) for kind in learning.KINDS)
    yield Part(
        heading=heading,
        text=f"Of {len(said.labels):,} validation images, {late:,} were learned after "
        f"epoch {first}, {forgotten:,} were forgotten, and {never:,} never learned.",
        content=[Picture(figure=figure, alt="Validation accuracy of each class")],
    )


def how_robust(store: RunStore, run: Run) -> Iterator[Part]:
    """Tell how much accuracy is left under corruptions, if that was measured."""
    task = MeasureRobustness(subject=run.id)
    made = store.attachment(run.id, task.result_name, key=task.key)
    if made is None:
        return
    found = robustness.read(store, run.id, made)
    titles = {each.key: each.title for each in CORRUPTIONS}
    rows = tuple(
        (titles.get(key, key), percent(share.value), f"{words.interval(share)} %")
        for key, share in found.worst_first
    )
    yield Part(
        heading="Robustness",
        text=f"Robustness score {percent(found.score)} ({percent(found.low)} to "
        f"{percent(found.high)}) on {found.clean.total:,} test images; on the same "
        f"images as they are {percent(found.clean.value)}.",
        content=[Table(titles=("Corruption", "Accuracy", "95 % interval"), rows=rows)],
        remark="The score is the mean accuracy over the 15 corruptions of MNIST-C (Mu "
        "and Gilmer 2019).",
    )
