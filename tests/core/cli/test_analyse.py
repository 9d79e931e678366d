"""Analyses in a terminal."""

import json
from pathlib import Path

import pytest

from core import cli
from core.config import TrainingConfig
from core.jobs.kinds.projection import Project
from core.records import RunScores
from core.runs.store import RunStore
from tests.small_data import predictions, write_predictions


@pytest.fixture
def run_id(run_store: RunStore, tmp_path: Path) -> str:
    """Put a run with predictions for three images into the store."""
    made = run_store.create(TrainingConfig(), name="run")
    run_store.start(made)
    write_predictions(tmp_path / "files", predictions())
    scores = RunScores(test_accuracy=0.5, test_size=3)
    run_store.save_results(made, scores=scores, files=tmp_path / "files")
    run_store.finish(made)
    return made


def test_an_analysis_is_made_once_and_its_files_are_named(
    run_store: RunStore, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time it is there already."""
    for _ in range(2):
        assert cli.main(["analyse", "projection", "--run", run_id, "--json"]) == 0

    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["analysis"] == "Feature map"
    assert Path(printed["files"][0]).name == "arrays.npz"
    assert len([job for job in run_store.jobs() if job.subject == run_id]) == 1


def test_an_analysis_that_fails_says_why(
    run_store: RunStore, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run_store.artifact(run_id, "predictions.npz").unlink()

    assert cli.main(["analyse", "projection", "--run", run_id]) != 0

    said = capsys.readouterr().err
    assert "Feature map has failed. Expected predictions.npz" in said


def test_other_work_can_be_stopped_by_its_id(
    run_store: RunStore, run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It waits in the same queue as trainings."""
    job = Project(subject=run_id).create(run_store, name="map")

    assert cli.main(["runs", "stop", job]) == 0

    assert "stopped" in capsys.readouterr().out
    assert run_store.job(job).status.is_over


def test_doubtful_labels_are_ranked(
    run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The third of three images is labelled 1, at a probability of 0.4."""
    assert cli.main(["analyse", "labels", "--run", run_id, "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert (printed["num_images"], printed["num_known"]) == (3, 0)
    first = printed["labels"][0]
    assert (first["rank"], first["index"]) == (1, 2)
    assert (first["given"], first["suggested"]) == ("1", "0")
    assert first["score"] == pytest.approx(0.4)


def test_doubtful_labels_are_a_table_for_people(
    run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["analyse", "labels", "--run", run_id]) == 0

    said = capsys.readouterr().out
    assert " rank  index  given  suggested " in said
    assert "num confidently wrong" in said


def test_calibration_says_why_there_is_no_temperature(
    run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """0.9 and 0.8 are right, 0.6 is wrong: each in its bin, (0.1 + 0.2 + 0.6) / 3."""
    command = ["analyse", "calibration", "--run", run_id, "--confidence", "0.7"]

    assert cli.main([*command, "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["calibration_error"]["value"] == pytest.approx(0.3)
    assert printed["temperature"] is None
    assert "without a validation split" in printed["no_temperature"]
    assert (printed["rejected"], printed["answered"], printed["wrong"]) == (1, 2, 0)
    assert [each["n"] for each in printed["bins"]] == [1, 1, 1]


@pytest.mark.parametrize("confidence", ["1.5", "much", "nan"])
def test_an_impossible_confidence_is_refused(
    confidence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["analyse", "calibration", "--run", "x", "--confidence", confidence])

    assert "a confidence of 0 to 1" in capsys.readouterr().err


def test_scores_have_intervals(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of classes 0 and 1 all and half of the images are right."""
    assert cli.main(["analyse", "scores", "--run", run_id, "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["n"] == 3
    assert printed["balanced_accuracy"]["value"] == pytest.approx(0.75)
    assert printed["accuracy"]["low"] < 2 / 3 < printed["accuracy"]["high"]
    assert "rejected_labels" not in printed


def test_the_help_lists_every_analysis(capsys: pytest.CaptureFixture[str]) -> None:
    """A percent sign in one of their descriptions is no placeholder."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["analyse", "--help"])

    assert ended.value.code == 0
    assert "95 % intervals" in " ".join(capsys.readouterr().out.split())
