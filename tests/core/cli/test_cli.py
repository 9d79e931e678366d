"""The command line: what it prints, where, and with which exit code."""

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import cli
from core.cli import summary
from core.config import MlpConfig, TrainingConfig, own_presets
from core.errors import TrainingError
from core.handover import bundle
from core.jobs import worker
from core.records import History, Progress, RunScores
from core.runs import checkpoint_files, open_store
from core.runs.store import RunStore
from tests.small_data import progress

SCORES = RunScores(
    test_accuracy=0.75, test_size=200, train_seconds=2.5, total_seconds=4.0
)
QUICKLY = ["--epochs", "1", "--hidden", "16", "--batch-size", "30"]

Captured = pytest.CaptureFixture[str]


def answer_of(captured: Captured) -> dict[str, Any]:
    """Return the one JSON object that was printed, on the only line."""
    (line,) = captured.readouterr().out.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def finished(run_store: RunStore, tmp_path: Path) -> str:
    """Create a finished run without training."""
    run_id = run_store.create(TrainingConfig(preset="classic-mlp"), name="classic")
    run_store.start(run_id)
    history = History(loss=(0.5,), accuracy=(float("nan"),))
    run_store.log(run_id, [progress(1.0, history=history)])
    (tmp_path / "files").mkdir()
    run_store.save_results(run_id, scores=SCORES, files=tmp_path / "files")
    run_store.finish(run_id)
    return run_id


def test_data_sets_are_listed_as_json(capsys: Captured) -> None:
    """A script can ask what there is."""
    code = cli.main(["datasets", "list", "--json"])

    assert code == 0
    (mnist,) = answer_of(capsys)["datasets"]
    assert (mnist["name"], mnist["classes"]) == ("mnist", 10)
    assert (mnist["train"], mnist["test"]) == (60_000, 10_000)
    assert mnist["licence"]


def test_data_sets_are_listed_for_people(capsys: Captured) -> None:
    """The same without JSON is a table."""
    assert cli.main(["datasets", "list"]) == 0

    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["name", "title", "classes"]
    assert row.split()[:2] == ["mnist", "MNIST"]


@pytest.mark.usefixtures("small_mnist", "run_store")
def test_training_prints_one_json_object_and_nothing_else(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Bars and remarks of libraries, in C too, must not mix with the result."""
    code = cli.main(["train", *QUICKLY, "--json"])

    printed = answer_of(capfd)
    assert code == 0
    assert printed["run_id"] == open_store().get("latest").id
    assert (printed["dataset"], printed["preset"]) == ("mnist", "classic-mlp")
    assert (printed["epochs"], printed["parameters"]) == (1, 784 * 16 + 16 + 170)
    assert 0 < printed["train_seconds"] < printed["total_seconds"]
    assert 0.1 < printed["test_accuracy"] <= 1
    assert printed["test_size"] == 200


@pytest.mark.usefixtures("small_mnist")
def test_a_residual_network_is_trained_tested_and_exported(
    run_store: RunStore, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Like any other family: a run is finished only if its export agrees."""
    small = ["--stem-filters", "4", "--filters", "16,16", "--batch-size", "60"]
    options = ["--preset", "resnet-small", "--epochs", "1", *small]

    assert cli.main(["train", *options, "--json"]) == 0

    run_id = answer_of(capfd)["run_id"]
    assert len(run_store.history(run_id).dead_units) == 1
    bundle.write_bundle(run_store, run_id, tmp_path / "run.zip")
    names = zipfile.ZipFile(tmp_path / "run.zip").namelist()
    files = ("model.keras", "model.tflite", "model.onnx", "reproduce.py")
    assert all(any(name.endswith(file) for name in names) for file in files)


@pytest.mark.usefixtures("small_mnist", "run_store", "no_litert")
def test_progress_and_log_of_a_training_can_be_read(capsys: Captured) -> None:
    """On a machine without a browser, it is the only way to learn what happened."""
    trained = cli.main(["train", *QUICKLY])
    shown = capsys.readouterr()
    logged = cli.main(["runs", "log", "latest"])
    said = capsys.readouterr().out

    assert (trained, logged) == (0, 0)
    assert "epoch 1.0 of 1" in shown.err
    assert "test accuracy" in shown.out
    expected = [
        f"Run {open_store().get('latest').id}, ",
        "Data set: MNIST (mnist), 600 training and 200 test images.",
        "Network: 784-16-10, 12,730 parameters.",
        "Epoch 1 of 1: loss ",
        "loop compiled by XLA.",
        "The model has the latest weights. Best by validation loss: epoch 1.",
        "Saved. Test accuracy: ",
    ]
    assert [words for words in expected if words not in said] == []


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param(["--epochs", "3"], {"epochs": 3}, id="epochs"),
        pytest.param(["--batch-size", "8"], {"batch_size": 8}, id="batch size"),
        pytest.param(["--learning-rate", "0.5"], {"learning_rate": 0.5}, id="rate"),
        pytest.param(["--seed", "0"], {"seed": 0}, id="seed"),
        pytest.param(
            ["--validation-fraction", "0"], {"validation_fraction": 0.0}, id="held"
        ),
        pytest.param(
            ["--hidden", "7, 3"], {"network": MlpConfig(hidden=(7, 3))}, id="hidden"
        ),
        pytest.param(["--hidden", ""], {"network": MlpConfig(hidden=())}, id="none"),
        pytest.param(
            ["--dropout", "0.5"], {"network": MlpConfig(dropout=0.5)}, id="dropout"
        ),
    ],
)
def test_options_change_the_preset_and_nothing_else(
    run_store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    changed: dict[str, Any],
) -> None:
    """Zero and nothing are values too."""
    monkeypatch.setattr(worker, "perform", lambda _, **__: None)

    cli.main(["train", *options])

    (run,) = run_store.runs()
    assert run.config == replace(TrainingConfig(preset="classic-mlp"), **changed)


def test_a_preset_of_ones_own_can_be_chosen(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its data set, and the run has its name if nothing is changed."""
    monkeypatch.setattr(worker, "perform", lambda _, **__: None)
    mine = TrainingConfig(epochs=137, learning_rate=0.00137)
    own_presets.save("mine", mine)

    cli.main(["train", "--preset", "mine", "--seed", "4"])

    (run,) = run_store.runs()
    assert run.config == replace(mine, preset="mine", seed=4)
    assert run.name == "mine"


def test_another_preset_can_be_chosen(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own values stay where nothing else is said."""
    monkeypatch.setattr(worker, "perform", lambda _, **__: None)

    cli.main(["train", "--preset", "fast-mlp"])

    (run,) = run_store.runs()
    assert (run.config.batch_size, run.config.schedule) == (128, "one-cycle")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["--hidden", "128,x"], "like 128,64, got '128,x'", id="hidden"),
        pytest.param(["--hidden", "12.5"], "like 128,64, got '12.5'", id="half"),
        pytest.param(["--epochs", "many"], "invalid int value: 'many'", id="epochs"),
        pytest.param(["--preset", "best"], "resnet-small, got 'best'", id="preset"),
    ],
)
def test_a_typing_mistake_is_told_in_plain_words(
    capsys: Captured, options: list[str], message: str
) -> None:
    """With the name of the option, and before anything starts."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *options])

    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert f"argument {options[0]}" in printed
    assert message in printed
    assert "_widths" not in printed


def test_the_help_explains_each_setting(capsys: Captured) -> None:
    """With its range and its default, so that nobody has to look elsewhere."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "--help"])

    printed = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "Passes over all training images. (1 to 500; default 10, fast-mlp" in printed
    assert "Largest random shift, in pixels" in printed
    assert "(0.0 to 8.0 px; default 0.0, " in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["--epochs", "0"], "epochs from 1 to 500, got 0", id="range"),
        pytest.param(["--hidden", "0"], "hidden units from 1 to 2,048", id="units"),
        pytest.param(["--dataset", "mnits"], "got 'mnits'", id="data set"),
    ],
)
def test_an_impossible_training_is_refused_and_leaves_no_run(
    run_store: RunStore, capsys: Captured, options: list[str], message: str
) -> None:
    """A run of a data set that does not exist would break every list of runs."""
    code = cli.main(["train", *options])

    printed = capsys.readouterr()
    assert code == 1
    assert printed.err.startswith("error: Expected")
    assert message in printed.err
    assert printed.out == ""
    assert run_store.runs() == ()


@pytest.mark.usefixtures("small_mnist", "run_store")
def test_a_training_that_fails_says_why(capsys: Captured) -> None:
    """The reason that a page would show."""
    code = cli.main(
        ["train", "--validation-fraction", "0.0005", "--patience", "2", "--json"]
    )

    printed = capsys.readouterr()
    assert code == 1
    assert "has failed. Expected at least one validation image" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("kept", [True, False])
def test_a_run_that_can_go_on_says_how(run_store: RunStore, *, kept: bool) -> None:
    """The state outlives the process, but one has to know of it."""
    run_id = run_store.create(TrainingConfig(), name="run")
    run_store.fail(run_id, "Its process was killed.")
    if kept:
        path = checkpoint_files.file_of(run_id)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"state")

    with pytest.raises(TrainingError, match="Its process was killed") as caught:
        summary.print_result(run_store.get(run_id), as_json=False)

    command = f"python -m core runs continue {run_id} --epochs N"
    assert (command in str(caught.value)) is kept


def test_an_interrupted_training_ends_with_its_own_code(
    run_store: RunStore, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell stops a script on it."""

    def interrupt(run_id: str, **_: object) -> None:
        raise KeyboardInterrupt(run_id)

    monkeypatch.setattr(worker, "perform", interrupt)

    assert cli.main(["train"]) == 130
    assert run_store
    assert "Interrupted." in capsys.readouterr().err


def test_runs_are_listed_as_json(finished: str, capsys: Captured) -> None:
    """All that is known in short, with None for what is not."""
    waiting = open_store().create(TrainingConfig(epochs=3), name="waits")

    assert cli.main(["runs", "list", "--json"]) == 0

    first, second = answer_of(capsys)["runs"]
    assert (first["run_id"], first["status"]) == (waiting, "queued")
    assert (first["test_accuracy"], first["epochs"]) == (None, 3)
    assert (second["run_id"], second["status"]) == (finished, "finished")
    assert (second["test_accuracy"], second["test_size"]) == (0.75, 200)


def test_runs_are_listed_for_people(finished: str, capsys: Captured) -> None:
    """The id in full, so that it can be copied."""
    assert cli.main(["runs", "list"]) == 0

    assert finished in capsys.readouterr().out


@pytest.mark.usefixtures("run_store")
def test_an_empty_list_says_so(capsys: Captured) -> None:
    """An empty table looks like an error."""
    assert cli.main(["runs", "list"]) == 0

    assert capsys.readouterr().out == "No runs yet.\n"


def test_names_are_printed_as_they_are(run_store: RunStore, capsys: Captured) -> None:
    """Brackets are commands to the library that prints the tables."""
    run_store.create(TrainingConfig(), name="[/] [red]mine[/red]")

    assert cli.main(["runs", "list"]) == 0

    assert "[/] [red]mine[/red]" in capsys.readouterr().out


def test_a_run_of_an_unknown_data_set_is_listed(
    run_store: RunStore, capsys: Captured
) -> None:
    """A shared store has runs of colleagues with other data."""
    run_store.create(TrainingConfig(dataset="theirs"), name="run")

    assert cli.main(["runs", "list", "--json"]) == 0

    (run,) = answer_of(capsys)["runs"]
    assert (run["dataset"], run["parameters"]) == ("theirs", None)


@pytest.mark.parametrize("by_name", [False, True], ids=["id", "latest"])
def test_all_of_a_run_is_shown(
    finished: str, capsys: Captured, *, by_name: bool
) -> None:
    """With the recipe and the curves; what is no number is null."""
    assert cli.main(["runs", "show", "latest" if by_name else finished, "--json"]) == 0

    shown = answer_of(capsys)
    assert shown["run_id"] == finished
    assert shown["config"]["network"]["hidden"] == [128, 64]
    assert shown["history"]["loss"] == [0.5]
    assert shown["history"]["accuracy"] == [None]


def test_a_run_is_shown_for_people(finished: str, capsys: Captured) -> None:
    """One line for each value."""
    assert cli.main(["runs", "show", finished]) == 0

    assert "test accuracy" in capsys.readouterr().out


@pytest.mark.parametrize("by_name", [False, True], ids=["id", "latest"])
def test_a_run_is_deleted(finished: str, capsys: Captured, *, by_name: bool) -> None:
    """And the answer says which one it was."""
    code = cli.main(["runs", "delete", "latest" if by_name else finished, "--json"])

    assert code == 0
    assert answer_of(capsys) == {"deleted": finished}
    assert open_store().runs() == ()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["runs", "show", "nonsense"], id="show"),
        pytest.param(["runs", "delete", "nonsense"], id="delete"),
        pytest.param(["predict", "--run", "nonsense", "x.png"], id="predict"),
    ],
)
@pytest.mark.usefixtures("run_store")
def test_an_unknown_run_is_told_in_plain_words(
    capsys: Captured, words: list[str]
) -> None:
    """On the error stream, with the way to find the right id."""
    code = cli.main([*words, "--json"])

    printed = capsys.readouterr()
    assert code == 1
    assert printed.out == ""
    assert printed.err == (
        "error: Expected the id of a run in the store, got 'nonsense'. "
        "`python -m core runs list` shows them.\n"
    )


@pytest.mark.usefixtures("run_store")
def test_latest_without_a_finished_run_says_what_to_do(capsys: Captured) -> None:
    """The first command of a beginner may be this one."""
    assert cli.main(["runs", "show", "latest"]) == 1

    assert "Train one first" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [[], ["runs"], ["runs", "show"], ["predict", "x.png"], ["fly"]], ids=str
)
def test_an_incomplete_command_shows_how_it_goes(
    capsys: Captured, words: list[str]
) -> None:
    """Nobody reads a manual first."""
    with pytest.raises(SystemExit) as ended:
        cli.main(words)

    assert ended.value.code == 2
    assert "usage: python -m core" in capsys.readouterr().err


@pytest.mark.usefixtures("small_mnist", "no_litert")
def test_runs_are_combined_in_this_process(
    run_store: RunStore, capfd: pytest.CaptureFixture[str]
) -> None:
    """By their ids or as the latest, with one JSON object on the last line."""
    for seed in ("1", "2"):
        assert cli.main(["train", *QUICKLY, "--seed", seed]) == 0
    newest, oldest = (run.id for run in run_store.runs())
    capfd.readouterr()

    code = cli.main(["runs", "combine", oldest, "latest", "--name", "two", "--json"])

    printed = answer_of(capfd)
    assert code == 0
    assert (printed["name"], printed["members"]) == ("two", [oldest, newest])
    assert (printed["epochs"], printed["train_seconds"]) == (None, None)
    assert printed["parameters"] == 2 * (784 * 16 + 16 + 170)
    assert printed["test_size"] == 200


def test_one_run_alone_is_not_combined(finished: str, capsys: Captured) -> None:
    assert cli.main(["runs", "combine", finished]) == 1

    assert "2 to 20 runs for an ensemble, got 1" in capsys.readouterr().err


@pytest.mark.usefixtures("small_mnist", "run_store")
def test_a_run_is_exported_and_nothing_is_overwritten(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file to send to somebody, from a run that was really trained."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", *QUICKLY, "--json"]) == 0
    run_id = answer_of(capfd)["run_id"]

    first = cli.main(["runs", "export", "latest", "--json"])
    printed = answer_of(capfd)
    again = cli.main(["runs", "export", run_id])
    refused = capfd.readouterr().err
    forced = cli.main(
        ["runs", "export", run_id, "--force", "--output", printed["file"]]
    )

    assert (first, again, forced) == (0, 1, 0)
    assert printed["file"] == f"784-16-10-{run_id[:8]}.zip"
    assert printed["bytes"] == Path(printed["file"]).stat().st_size
    assert "already there" in refused
    assert "--force" in refused
    with zipfile.ZipFile(printed["file"]) as archive:
        left = "analyses/novelty/arrays.npz"
        assert sorted(archive.namelist()) == sorted([*bundle.CONTENTS, left])
        assert len(archive.read("predictions.csv").splitlines()) == 201


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["--filters", "8,16"],
            "a dense network for preset classic-mlp, got --filters",
        ),
        (
            ["--padding", "same"],
            "a dense network for preset classic-mlp, got --padding",
        ),
        (
            ["--preset", "lenet", "--filters", "8,16", "--kernels", "3"],
            "got 2, 1. Give one for each block.",
        ),
        (["--preset", "lenet", "--kernels", "11,9"], "leave nothing"),
        (["--rotation", "90"], "rotation"),
    ],
    ids=["filters", "padding", "kernels of one block", "nothing left", "rotation"],
)
def test_flags_that_do_not_go_together_are_explained(
    words: list[str], problem: str, capsys: Captured
) -> None:
    """And no run is left in the queue."""
    assert cli.main(["train", *words]) == 1

    assert problem in capsys.readouterr().err


@pytest.mark.usefixtures("small_mnist", "no_litert")
def test_the_first_interruption_keeps_what_was_learned(
    run_store: RunStore,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An hour of training is not thrown away by Ctrl+C."""
    work = worker.perform

    def interrupted(run_id: str, *, on_report: Callable[[Progress], None]) -> None:
        signal.raise_signal(signal.SIGINT)
        work(run_id, on_report=on_report)

    monkeypatch.setattr(worker, "perform", interrupted)

    code = cli.main(["train", *QUICKLY, "--epochs", "50", "--json"])

    printed = answer_of(capfd)
    assert code == 130
    assert (printed["status"], printed["test_size"]) == ("stopped", 200)
    assert run_store.get("latest").has_model
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("command", [["runs", "list"], ["runs", "show", "latest"]])
def test_console_that_does_not_know_a_character_shows_another(
    finished: str,
    run_store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    """Windows' console has 256 of them."""
    run_store.annotate(finished, name="手 café")
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="cp1252"))

    assert cli.main(command) == 0

    assert "? café" in written.getvalue().decode("cp1252")


def test_control_characters_of_a_name_do_nothing_to_a_terminal(
    finished: str, run_store: RunStore, capsys: Captured
) -> None:
    """Another program may write any name into the same store."""
    run_store.annotate(finished, name="red \x1b[31m\x07")

    cli.main(["runs", "list"])
    cli.main(["runs", "show", "\x1b[31m"])

    printed = capsys.readouterr()
    assert r"red \x1b[31m\x07" in printed.out
    assert "\x1b" not in printed.out + printed.err


NO_USER = """
import os, pwd, sys
from core import cli

def no_user(_):
    raise KeyError

os.environ.pop("HOME", None)
pwd.getpwuid = no_user
sys.exit(cli.main(["runs", "list"]))
"""


@pytest.mark.usefixtures("run_store")
@pytest.mark.parametrize("named", [True, False])
def test_user_whom_nobody_knows_needs_an_inklab_home(
    home: Path, *, named: bool
) -> None:
    """A container runs under a number; MLflow cannot even be imported then."""
    environment = os.environ | {"INKLAB_HOME": str(home) if named else ""}

    ended = subprocess.run(
        [sys.executable, "-c", NO_USER],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == (0 if named else 1)
    assert ("No runs yet." in ended.stdout) is named
    assert ("Set INKLAB_HOME" in ended.stderr) is not named
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_reader_that_has_seen_enough_is_no_error(flag: list[str]) -> None:
    """`| head -1` closes the pipe before all is written."""
    process = subprocess.Popen(
        [sys.executable, "-m", "core", "datasets", "list", *flag],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()

    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()
