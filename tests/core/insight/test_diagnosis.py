"""What is said about learning curves, on real ones and on made-up ones.

real_runs.json has the rounded curves of trainings on MNIST whose settings are
known to be good or bad.
"""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import pytest

from core.config import Augmentation, MlpConfig, TrainingConfig
from core.datasets import catalog
from core.datasets.spec import DatasetSpec
from core.insight.diagnosis import Remark, Severity, diagnose
from core.insight.diagnosis.curves import num_turns
from core.records import History, LivePoints

REAL = {
    run["name"]: run
    for run in json.loads(Path(__file__).with_name("real_runs.json").read_text())
}
FALLING = (0.9, 0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.09)


def values(record: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(numbers) for name, numbers in record.items()}


def spec_of(num_train: int) -> DatasetSpec:
    return dataclasses.replace(catalog.spec("mnist"), num_train=num_train)


def of_real(
    name: str, *, epochs: int | None = None, live: bool = True
) -> tuple[Remark, ...]:
    """Diagnose a real run as it was after some epochs."""
    run = REAL[name]
    history = {key: each[:epochs] for key, each in values(run["history"]).items()}
    end = math.inf if epochs is None else epochs + 0.01
    num = sum(epoch <= end for epoch in run["live"]["epochs"])
    points = {key: each[:num] for key, each in values(run["live"]).items()}
    return diagnose(
        History(**history),
        LivePoints(**points) if live else None,
        config=TrainingConfig.from_json(run["config"]),
        spec=spec_of(run["num_train"]),
    )


def of_made(
    val_loss: tuple[float, ...] = (),
    *,
    loss: tuple[float, ...] = FALLING,
    accuracy: float = 0.95,
    val_accuracy: float = 0.95,
    **config: Any,  # noqa: ANN401 - any field of a configuration
) -> tuple[Remark, ...]:
    """Diagnose curves whose accuracies say nothing."""
    history = History(
        loss=loss[: len(val_loss) or None],
        accuracy=(accuracy,) * len(val_loss or loss),
        val_loss=val_loss,
        val_accuracy=(val_accuracy,) * len(val_loss),
    )
    return diagnose(
        history, None, config=TrainingConfig(**config), spec=spec_of(60_000)
    )


def kinds(remarks: tuple[Remark, ...]) -> list[str]:
    return [remark.kind for remark in remarks]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("classic", ["overfitting"]),
        ("fast", ["gap"]),
        ("three epochs", ["unfinished"]),
        ("lenet", ["unfinished"]),
    ],
)
def test_a_good_run_is_not_called_bad(name: str, expected: list[str]) -> None:
    """The presets are what people start with: only notes on what is left to gain."""
    remarks = of_real(name)

    assert kinds(remarks) == expected
    assert {remark.severity for remark in remarks} == {Severity.NOTE}


@pytest.mark.parametrize("name", ["classic", "fast", "lenet", "three epochs"])
def test_nothing_is_said_about_the_first_epochs_of_a_good_run(name: str) -> None:
    said = [of_real(name, epochs=epochs) for epochs in (0, 1, 2)]

    assert said == [(), (), ()]


@pytest.mark.parametrize("live", [True, False], ids=["with live", "without live"])
@pytest.mark.parametrize(
    ("name", "severity", "kind"),
    [
        ("adam at 1", Severity.PROBLEM, "rate too high"),
        ("sgd at 1", Severity.PROBLEM, "rate too high"),
        ("sgd at 0.3", Severity.PROBLEM, "rate too high"),
        ("adam at 0.1", Severity.PROBLEM, "rate too high"),
        ("adam at 0.02", Severity.WARNING, "rate too high"),
        ("sgd at 0.000001", Severity.PROBLEM, "rate too low"),
        ("adam at 0.000001", Severity.WARNING, "rate too low"),
        ("adam at 0.00003", Severity.WARNING, "rate too low"),
        ("sgd at 0.0001", Severity.WARNING, "rate too low"),
        ("lenet at 0.3", Severity.PROBLEM, "not learning"),
        ("few images", Severity.WARNING, "overfitting"),
        ("thirty epochs", Severity.WARNING, "overfitting"),
        ("no hidden layer", Severity.NOTE, "underfitting"),
        ("much dropout", Severity.NOTE, "underfitting"),
    ],
)
def test_a_bad_run_is_told_by_its_cause(
    name: str, severity: Severity, kind: str, *, live: bool
) -> None:
    first, *_ = of_real(name, live=live)

    assert (first.severity, first.kind) == (severity, kind)


@pytest.mark.parametrize("name", ["adam at 1", "sgd at 1", "lenet at 0.3"])
def test_a_hopeless_run_is_told_after_its_first_epoch(name: str) -> None:
    """Waiting for the rest would be in vain."""
    (remark,) = of_real(name, epochs=1)

    assert remark.severity is Severity.PROBLEM
    assert "Lower the learning rate" in remark.advice


def test_overfitting_is_told_with_numbers() -> None:
    """From where, to where, and what became of the accuracy."""
    (remark,) = of_real("classic")

    assert remark.finding == (
        "Validation loss has risen since epoch 4, from 0.088 to 0.110, while training "
        "loss fell from 0.055 to 0.020: overfitting. Validation accuracy has not "
        "suffered, at 97.72 %."
    )
    assert remark.advice == (
        "Try augmentation, dropout or early stopping, which keeps the best epoch."
    )


def test_advice_does_not_repeat_what_is_done() -> None:
    (remark,) = of_made(
        (0.5, 0.3, 0.2, 0.3, 0.3),
        network=MlpConfig(dropout=0.2),
        augmentation=Augmentation(rotation=9.0),
        validation_fraction=0.5,
        patience=3,
    )

    assert remark.advice == "Try more dropout or a smaller validation split."


@pytest.mark.parametrize(
    ("val_loss", "is_told"),
    [
        pytest.param((0.9, 0.5, 0.20, 0.25, 0.26), True, id="a clear rise"),
        pytest.param((0.9, 0.5, 0.20, 0.26), False, id="one epoch is chance"),
        pytest.param((0.9, 0.5, 0.20, 0.21, 0.215), False, id="less than a tenth"),
        pytest.param((0.9, 0.5, 0.20, 0.26, 0.21), False, id="up and back"),
        pytest.param((0.4, 0.24, 0.20, 0.23, 0.20, 0.23, 0.23), False, id="as usual"),
    ],
)
def test_overfitting_needs_a_rise_that_is_clear(
    val_loss: tuple[float, ...], *, is_told: bool
) -> None:
    assert ("overfitting" in kinds(of_made(val_loss))) is is_told


def test_a_rise_of_both_losses_is_not_overfitting() -> None:
    """Then it forgets, which another remark tells."""
    rising = (0.5, 0.2, 0.21, 0.22, 0.4, 0.4)

    remarks = of_made(rising, loss=rising)

    assert kinds(remarks) == ["rate too high"]


def test_overfitting_that_costs_accuracy_is_a_warning() -> None:
    """By more than chance: 6,000 images at 95 % have a standard error of 0.3 %."""
    history = History(
        loss=(0.5, 0.3, 0.2, 0.1),
        accuracy=(0.9, 0.94, 0.96, 0.97),
        val_loss=(0.40, 0.30, 0.38, 0.39),
        val_accuracy=(0.93, 0.96, 0.95, 0.95),
    )

    (remark,) = diagnose(history, None, config=TrainingConfig(), spec=spec_of(60_000))

    assert remark.severity is Severity.WARNING
    assert remark.finding.endswith("Validation accuracy fell from 96.00 % to 95.00 %.")


@pytest.mark.parametrize(
    ("training", "validation", "severity"),
    [
        pytest.param(0.999, 0.98, Severity.NOTE, id="two points"),
        pytest.param(0.999, 0.93, Severity.WARNING, id="seven points"),
        pytest.param(0.99, 0.975, None, id="not three times the mistakes"),
        pytest.param(0.999, 0.992, None, id="less than a point"),
    ],
)
def test_a_wide_gap_is_told(
    training: float, validation: float, severity: Severity | None
) -> None:
    remarks = of_made(
        (0.4, 0.3, 0.2), accuracy=training, val_accuracy=validation, epochs=10
    )

    expected = [("gap", severity)] if severity else []
    assert [(remark.kind, remark.severity) for remark in remarks] == expected


def test_a_validation_loss_that_stays_is_a_plateau() -> None:
    (remark,) = of_made((0.9, 0.5, 0.201, 0.2, 0.201, 0.2, 0.202))

    assert remark.kind == "plateau"
    assert remark.finding == (
        "Validation loss has not improved since epoch 3: 0.201 then, 0.202 now."
    )
    assert "cosine" in remark.advice


def test_a_schedule_that_falls_is_not_advised_to_fall() -> None:
    (remark,) = of_made((0.9, 0.5, 0.2, 0.2, 0.2, 0.2), schedule="one-cycle")

    assert "one-cycle" not in remark.advice


@pytest.mark.parametrize(("epochs", "told"), [(3, ["unfinished"]), (9, [])])
def test_unfinished_is_told_only_at_the_end(epochs: int, told: list[str]) -> None:
    """While it trains there is more to come anyway."""
    assert kinds(of_made((0.4, 0.3, 0.2), epochs=epochs)) == told


def test_without_validation_what_training_shows_is_told() -> None:
    """Nothing held out is no error."""
    assert of_made() == ()
    assert kinds(of_made(loss=(0.5, 0.2, 0.3, 0.6))) == ["rate too high"]


@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=["nan", "infinite"])
def test_a_loss_that_is_no_number_is_told_alone(bad: float) -> None:
    (remark,) = of_made((0.4, bad, bad), learning_rate=0.5)

    assert (remark.kind, remark.severity) == ("no number", Severity.PROBLEM)
    assert remark.advice == "Lower the learning rate: it is 0.5, try 0.05."


def test_a_run_that_has_not_begun_gets_no_remark() -> None:
    history, config = History(), TrainingConfig()

    assert diagnose(history, None, config=config, spec=spec_of(60_000)) == ()


@pytest.mark.parametrize(
    ("epoch", "told"), [(0.55, []), (0.65, ["not learning"])], ids=["before", "after"]
)
def test_guessing_is_told_after_a_thousand_steps(epoch: float, told: list[str]) -> None:
    """Of 32 images each, 54,000 of them in an epoch: at 0.593 epochs."""
    live = LivePoints(epochs=(0.2, epoch), loss=(2.31, 2.31), accuracy=(0.1, 0.1))

    remarks = diagnose(History(), live, config=TrainingConfig(), spec=spec_of(60_000))

    assert kinds(remarks) == told


@pytest.mark.parametrize(
    ("rate", "start"), [(0.1, "Lower"), (1e-5, "Raise")], ids=["high", "low"]
)
def test_where_curves_do_not_tell_the_rate_itself_does(rate: float, start: str) -> None:
    flat = (2.31, 2.31, 2.31)

    (remark,) = of_made(
        flat, loss=flat, accuracy=0.1, val_accuracy=0.1, learning_rate=rate
    )

    assert remark.advice.startswith(f"{start} the learning rate: it is {rate:g}")


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.16, []),
        (0.35, [("dead units", Severity.WARNING)]),
        (0.95, [("dead units", Severity.PROBLEM)]),
        (math.nan, []),
    ],
    ids=["wide layers", "many", "most", "not measured"],
)
def test_dead_units_are_told(share: float, told: list[tuple[str, Severity]]) -> None:
    """At 1024-512 a good training has 16 % of them, at a rate of 0.1 Adam 97 %."""
    history = History(loss=(0.5,), accuracy=(0.9,), dead_units=(share,))

    remarks = diagnose(history, None, config=TrainingConfig(), spec=spec_of(60_000))

    assert [(remark.kind, remark.severity) for remark in remarks] == told
    assert all("Lower the learning rate" in remark.advice for remark in remarks)


def test_the_worst_comes_first() -> None:
    remarks = of_made((0.9, 0.5, 0.2, 0.2, 0.2, 0.2), accuracy=0.999, val_accuracy=0.9)

    assert [remark.severity for remark in remarks] == [Severity.WARNING, Severity.NOTE]
    assert kinds(remarks) == ["gap", "plateau"]


@pytest.mark.parametrize(
    ("numbers", "turns"),
    [
        ((1.0, 2.0, 3.0), 0),
        ((3.0, 1.0, 3.0), 1),
        ((1.0, 3.0, 1.0, 3.0), 2),
        ((1.0, 3.0, 2.5, 3.0, 1.0), 1),
        ((1.0, 1.6, 2.2, 1.6, 1.0), 1),
        ((2.0,), 0),
    ],
)
def test_small_turns_do_not_count(numbers: tuple[float, ...], turns: int) -> None:
    assert num_turns(numbers, size=1.0) == turns
