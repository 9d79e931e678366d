"""The learning curves of a run, and which epochs they show.

The curves are drawn anew each second, and a zoom made in them would be lost each
time. So a control below them says what they show, and the address keeps it.
"""

from typing import Final

import streamlit as st

from core.datasets.splits import num_validation
from core.records import History, LivePoints, Run
from dashboard import figure, services, state
from dashboard.charts.curves import HEIGHT, Epochs, Quantity, Series, learning_curves

LEAST_EPOCHS: Final = 3
"""With fewer there is nothing to look closer at."""

Scores = tuple[float, ...]
Best = tuple[int | None, str]


def show(run: Run, history: History, live: LivePoints) -> None:
    """Show accuracy and loss by epoch, as far as they are chosen to be shown.

    Args:
        run: Any run that trains or has trained.
        history: Its scores by epoch.
        live: Its scores within the epochs.
    """
    accuracies = (history.accuracy, history.val_accuracy, live.accuracy)
    losses = (history.loss, history.val_loss, live.loss)
    found = best(run, history)
    above = st.container()
    shown = _shown(run)
    with above:
        _curve(run, "Accuracy", *accuracies, live.epochs, found, shown)
        _curve(run, "Loss", *losses, live.epochs, found, shown)


def best(run: Run, history: History) -> Best:
    """Return the best epoch so far, if there is one, and what is best in it."""
    if run.config.monitor == "val_accuracy" and history.val_accuracy:
        best_epoch = history.best_epoch_by(run.config.monitor)
        return best_epoch, "Highest validation accuracy"
    return history.best_epoch, "Lowest validation loss"


def _shown(run: Run) -> Epochs:
    epochs = run.config.epochs
    if epochs < LEAST_EPOCHS:
        return 0, epochs
    # What was chosen for a run of another length would be out of range, or hide
    # the end of this one.
    if st.session_state.get(state.EPOCHS_TO_SHOW, epochs) != epochs:
        st.session_state[state.EPOCHS_SHOWN] = (0, epochs)
    st.session_state[state.EPOCHS_TO_SHOW] = epochs
    first, last = st.slider(
        "Epochs shown",
        min_value=0,
        max_value=epochs,
        value=(0, epochs),
        key=state.EPOCHS_SHOWN,
        **state.LINKED,
        help="Leave out the first epochs to look closer at the last ones; both axes "
        "fit what is shown.",
    )
    # Both ends may be put on the same epoch.
    return (first, last) if first < last else (max(last - 1, 0), max(last, 1))


def _curve(  # noqa: PLR0913, PLR0917 - a curve is all of these
    run: Run,
    quantity: Quantity,
    training: Scores,
    validation: Scores,
    within: Scores,
    within_epochs: Scores,
    best: Best,
    shown: Epochs,
) -> None:
    epochs = tuple(float(epoch) for epoch in range(1, len(training) + 1))
    series = [
        Series("Training, within the epoch", within_epochs, within, "training", True),
        Series("Training", epochs, training, "training"),
    ]
    num_train = services.spec_of(run).num_train
    if num_validation(num_train, run.config.validation_fraction):
        series.append(Series("Validation", epochs, validation, "validation"))
    figure.show_changing(
        learning_curves(
            quantity,
            series,
            epochs=shown,
            best_epoch=best[0],
            best_name=best[1],
            palette=services.palette(),
        ),
        height=HEIGHT,
        key=f"curve_{quantity.lower()}",
        alt=f"{quantity} by epoch of {run.name}, training and validation",
    )
