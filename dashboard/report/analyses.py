"""What the report of a run tells of the analyses that were made of it."""

from collections.abc import Iterator

from core.evaluation import learning
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.jobs.kinds import robustness
from core.jobs.kinds.robustness import MeasureRobustness
from core.proportion import percent
from core.records import Run
from core.runs.store import RunStore
from dashboard import words
from dashboard.charts.class_curves import class_curves
from dashboard.charts.theme import LIGHT
from dashboard.report.document import Part, Picture, Table


def how_it_learned(
    store: RunStore, run: Run, classes: tuple[str, ...]
) -> Iterator[Part]:
    """Tell what was learned when, if the run has kept that."""
    said = store.validation(run.id)
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
        heading="How it learned",
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
