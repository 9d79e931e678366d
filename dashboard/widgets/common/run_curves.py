"""The learning curves of a run, while it trains and afterwards."""

from core.datasets.splits import num_validation
from core.records import History, LivePoints, Run
from dashboard import figure, services
from dashboard.charts.curves import Quantity, Series, learning_curves

Scores = tuple[float, ...]
Best = tuple[int | None, str]


def show(run: Run, history: History, live: LivePoints) -> None:
    """Show accuracy and loss by epoch.

    Args:
        run: Any run that trains or has trained.
        history: Its scores by epoch.
        live: Its scores within the epochs.
    """
    accuracies = (history.accuracy, history.val_accuracy, live.accuracy)
    losses = (history.loss, history.val_loss, live.loss)
    found = best(run, history)
    _curve(run, "Accuracy", *accuracies, live.epochs, found)
    _curve(run, "Loss", *losses, live.epochs, found)


def best(run: Run, history: History) -> Best:
    """Return the best epoch so far, if there is one, and what is best in it."""
    if history.val_accuracy and run.training.monitor == "val_accuracy":
        best_epoch = history.best_epoch_by(run.training.monitor)
        return best_epoch, "Highest validation accuracy"
    return history.best_epoch, "Lowest validation loss"


def _curve(  # noqa: PLR0913, PLR0917 - a curve is all of these
    run: Run,
    quantity: Quantity,
    training: Scores,
    validation: Scores,
    within: Scores,
    within_epochs: Scores,
    best: Best,
) -> None:
    epochs = tuple(float(epoch) for epoch in range(1, len(training) + 1))
    series = [
        Series("Training, within the epoch", within_epochs, within, "training", True),
        Series("Training", epochs, training, "training"),
    ]
    num_train = services.spec_of(run).num_train
    if num_validation(num_train, run.training.validation_fraction):
        series.append(Series("Validation", epochs, validation, "validation"))
    figure.show(
        learning_curves(
            quantity,
            series,
            epochs=run.training.epochs,
            best=None if best[0] is None else (best[0], best[1]),
            view=run.id,
            palette=services.palette(),
        ),
        key=f"curve_{quantity.lower()}",
        alt=f"{quantity} by epoch of {run.name}, training and validation",
    )
