"""A run as one HTML file."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import ArtifactError
from core.predictions import Predictions
from core.runs import temperatures
from core.runs.store import RunStore
from dashboard.report import __main__ as command
from dashboard.report import parts
from dashboard.report.document import Part, Table, document
from tests.dashboard.app import open_app
from tests.dashboard.test_calibration import keep_validation
from tests.small_data import move_to_gone_dataset

SOURCE = r'<script type="application/json" id="figure-\d+">(.*?)</script>'


def figures(text: str) -> list[dict[str, Any]]:
    """Read the figures that a report has."""
    return [json.loads(each) for each in re.findall(SOURCE, text)]


def test_report_shows_what_evaluate_shows(store: RunStore, finished_run: str) -> None:
    """A report that tells another number than the page is worse than none."""
    text = parts.report(store, store.get(finished_run))

    shown = next(
        each.value for each in open_app("evaluate").markdown if "mistakes" in each.value
    )
    assert shown.removeprefix("**").split("**")[0] in text
    alts = [each["alt"] for each in figures(text)]
    assert "Confusion matrix: true class down, predicted class across" in alts
    assert any("misclassified test images" in alt for alt in alts)


def test_report_of_a_run_whose_images_are_gone_says_so(
    store: RunStore, finished_run: str
) -> None:
    move_to_gone_dataset(store, finished_run)

    text = parts.report(store, store.get(finished_run))

    assert "The images of the data set were not there" in text
    assert (
        "ABCDEFGHIJ"[3]
        in json.loads(figures(text)[0]["figure"])["layout"]["uirevision"]
    )


def test_report_tells_the_calibration_of_a_run_with_a_temperature(
    store: RunStore, finished_run: str, made_up: Predictions
) -> None:
    run = store.get(finished_run)
    assert "Calibration</h2>" not in parts.report(store, run)

    keep_validation(store, finished_run, made_up)
    text = parts.report(store, run)

    value = temperatures.of_run(store, run).value
    assert f"Temperature {value:.3f}, fitted on 200 validation images" in text
    assert any(
        "as trained and with temperature" in each["alt"] for each in figures(text)
    )


def test_report_of_damaged_predictions_names_them(
    store: RunStore, finished_run: str, made_up: Predictions
) -> None:
    nothing = np.full_like(made_up.probabilities, np.nan)
    path = store.artifact(finished_run, "predictions.npz")
    Predictions(**vars(made_up) | {"probabilities": nothing}).save(path)

    with pytest.raises(ArtifactError, match="they are damaged"):
        parts.report(store, store.get(finished_run))


def test_text_from_outside_stays_text() -> None:
    """It is opened in a browser, maybe by somebody else."""
    evil = "</script><script>alert(1)</script>"
    table = Table(titles=(evil,), rows=((evil,),))

    text = document(evil, evil, [Part(heading=evil, text=evil, content=[table])])

    assert "alert(1)" in text
    assert "<script>alert" not in text


def test_report_asks_no_other_machine_for_anything(
    store: RunStore, finished_run: str
) -> None:
    text = parts.report(store, store.get(finished_run))

    body = re.sub(r'<script type="application/json".*?</script>', "", text)
    assert not re.findall(r"<link|<img|src=|@import|https?://", body)


def test_report_in_a_terminal_replaces_no_file_unasked(
    finished_run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    for options in ([], [], ["--force"]):
        monkeypatch.setattr(
            sys, "argv", ["report", "--run", finished_run, *options, str(path)]
        )
        code = command.main()
        assert code == (1 if path.exists() and path.read_text() == "mine" else 0)
        if not options:
            path.write_text("mine")

    assert path.read_text() != "mine"
