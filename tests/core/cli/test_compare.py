"""Comparing runs from a terminal: what the JSON has, and what cannot be compared."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import cli
from core.config import TrainingConfig
from core.evaluation.comparison import mcnemar
from core.predictions import Predictions
from core.records import RunScores
from core.runs.store import RunStore
from tests.small_data import write_predictions

Captured = pytest.CaptureFixture[str]
MakeRun = Callable[..., str]

LABELS = np.arange(200, dtype=np.uint8) % 10


@pytest.fixture
def make_run(run_store: RunStore, tmp_path: Path) -> MakeRun:
    """Give a function that puts a run into the store that gets some images wrong."""

    def make(
        name: str,
        wrong: range,
        *,
        dataset: str = "mnist",
        fingerprint: str = "",
        labels: np.ndarray = LABELS,
    ) -> str:
        predicted = labels.copy()
        predicted[list(wrong)] = (predicted[list(wrong)] + 1) % 10
        probabilities = np.full((len(labels), 10), 0.01, np.float32)
        probabilities[np.arange(len(labels)), predicted] = 0.91
        write_predictions(
            tmp_path / name,
            Predictions(
                labels=labels,
                probabilities=probabilities,
                features=np.zeros((len(labels), 1), np.float32),
            ),
        )
        config = replace(TrainingConfig(), dataset=dataset)
        run_id = run_store.create(config, name=name)
        run_store.start(run_id)
        run_store.note_dataset(run_id, "{}", fingerprint=fingerprint)
        share = 1 - len(wrong) / len(labels)
        scores = RunScores(test_accuracy=share, test_size=len(labels))
        run_store.save_results(run_id, scores=scores, files=tmp_path / name)
        run_store.finish(run_id)
        return run_id

    return make


def test_json_has_scores_and_the_difference_of_each_pair(
    make_run: MakeRun, capsys: Captured
) -> None:
    """The first is wrong about 0 to 29, the second about 20 to 34."""
    first, second = make_run("one", range(30)), make_run("two", range(20, 35))

    assert cli.main(["compare", first, second, "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    one, two = printed["runs"]
    (pair,) = printed["pairs"]
    assert (one["id"], one["name"], one["n"]) == (first, "one", 200)
    assert (one["accuracy"], two["accuracy"]) == pytest.approx((0.85, 0.925))
    assert one["interval"][0] < 0.85 < one["interval"][1]
    assert (pair["first"], pair["second"]) == (first, second)
    assert (pair["fixed"], pair["broken"], pair["both_wrong"]) == (20, 5, 10)
    assert pair["difference"] == pytest.approx(0.075)
    assert 0 < pair["interval"][0] < 0.075 < pair["interval"][1]
    assert pair["p"] == pytest.approx(mcnemar(5, 20))
    assert pair["agreement"] == pytest.approx(175 / 200)


def test_sentence_says_which_one_is_better(make_run: MakeRun, capsys: Captured) -> None:
    runs = make_run("one", range(30)), make_run("two", range(20, 35))

    cli.main(["compare", *runs])

    assert (
        "(2) two is better than (1) one: 20 images fixed, 5 broken, p = 0.0041."
        in capsys.readouterr().out
    )


def test_no_evidence_is_no_verdict(make_run: MakeRun, capsys: Captured) -> None:
    runs = make_run("one", range(6)), make_run("two", range(4, 9))

    cli.main(["compare", *runs])

    assert "No evidence of a difference" in capsys.readouterr().out


def test_three_runs_make_three_pairs_and_a_remark(
    make_run: MakeRun, capsys: Captured
) -> None:
    """One in 32 is significant for one pair, and not as the best of three."""
    runs = [
        make_run(name, wrong)
        for name, wrong in [("a", range(6)), ("b", range(0)), ("c", range(3))]
    ]
    assert cli.main(["compare", *runs, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)

    cli.main(["compare", *runs])

    told = capsys.readouterr().out
    assert [pair["p"] for pair in printed["pairs"]] == [1 / 32, 0.25, 0.25]
    assert printed["pairs"][0]["p_holm"] == pytest.approx(3 / 32)
    assert (printed["num_pairs"], printed["num_significant"]) == (3, 1)
    assert printed["num_significant_after_holm"] == 0
    assert "after Holm's correction 0 remain" in told


def test_of_many_runs_each_is_compared_with_the_first(
    make_run: MakeRun, capsys: Captured
) -> None:
    runs = [make_run(f"run-{number}", range(number)) for number in range(7)]

    cli.main(["compare", *runs, "--json"])

    printed = json.loads(capsys.readouterr().out)
    assert {pair["first"] for pair in printed["pairs"]} == {runs[0]}
    assert [pair["second"] for pair in printed["pairs"]] == runs[1:]
    assert printed["num_pairs"] == 21


def test_one_run_alone_cannot_be_compared(make_run: MakeRun, capsys: Captured) -> None:
    assert cli.main(["compare", make_run("one", range(3))]) == 1

    assert "Expected 2 to 20 runs to compare, got 1" in capsys.readouterr().err


def test_same_run_twice_is_refused(make_run: MakeRun, capsys: Captured) -> None:
    """By its id and as the latest one."""
    run_id = make_run("one", range(3))

    assert cli.main(["compare", run_id, "latest"]) == 1

    assert f"got one ({run_id}) 2 times" in capsys.readouterr().err


def test_run_without_a_model_is_refused(
    make_run: MakeRun, run_store: RunStore, capsys: Captured
) -> None:
    waiting = run_store.create(TrainingConfig(), name="waiting")

    assert cli.main(["compare", make_run("one", range(3)), waiting]) == 1

    assert f"but waiting ({waiting}) is queued" in capsys.readouterr().err


@pytest.mark.parametrize(
    "other",
    [{"dataset": "letters"}, {"fingerprint": "b" * 64}],
    ids=["another data set", "another one of that name"],
)
def test_runs_of_different_images_are_refused(
    make_run: MakeRun, capsys: Captured, other: dict[str, str]
) -> None:
    one = make_run("one", range(3), fingerprint="a" * 64)
    two = make_run("two", range(4), **other)

    assert cli.main(["compare", one, two, "--json"]) == 1

    told = capsys.readouterr().err
    assert "tested on the same images, got one of mnist (aaaaaaaa) and two of" in told


def test_predictions_for_other_labels_are_found_out(
    make_run: MakeRun, capsys: Captured
) -> None:
    """Their data set has the same name, and neither noted which images it had."""
    one = make_run("one", range(3))
    two = make_run("two", range(3), labels=LABELS[::-1].copy())

    assert cli.main(["compare", one, two]) == 1

    assert f"those of two ({two}) are not those of one" in capsys.readouterr().err


def test_damaged_predictions_are_told(
    make_run: MakeRun, run_store: RunStore, capsys: Captured
) -> None:
    runs = make_run("one", range(3)), make_run("two", range(4))
    run_store.artifact(runs[1], "predictions.npz").write_bytes(b"nothing")

    assert cli.main(["compare", *runs]) == 1

    assert "Expected the predictions of a run" in capsys.readouterr().err
