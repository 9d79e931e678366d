"""Hyperparameter studies from a terminal."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core import cli
from core.cli import tune, tune_flags
from core.cli.parser import make_parser
from core.config import MlpConfig, TrainingConfig
from core.errors import StudyError
from core.jobs import executor, queue, studies, worker
from core.jobs.kinds.trial import Trial
from core.jobs.tasks import TaskContext
from core.records import RunScores
from core.runs.owner import Owner
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec

Captured = pytest.CaptureFixture[str]

QUICKLY = ["--epochs", "1", "--hidden", "16", "--batch-size", "30"]
RATES = ["--vary", "learning_rate=0.001|0.002|0.004", "--sampler", "grid"]

pytestmark = pytest.mark.usefixtures("small_mnist", "studies_home")


class Here(ThreadPoolExecutor):
    """Does the tasks of the queue in a thread of this process."""

    def submit(  # type: ignore[override]
        self, task: Callable[..., None], /, *args: str
    ) -> Future[None]:
        """Do a task, but for getting ready."""
        if task is worker.perform_queued:
            return super().submit(worker.perform, *args)
        return super().submit(lambda: None)


@pytest.fixture(autouse=True)
def here(run_store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do trials in this process, where the small data set is."""
    del run_store
    made = Here(1)
    monkeypatch.setattr(executor, "executor_of", lambda _: made)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(tune, "POLL_SECONDS", 0.02)


@pytest.fixture
def scored_by_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a trial score without training: the higher its learning rate, the better."""

    def work(self: Trial, context: TaskContext) -> None:
        scores = RunScores(
            validation_accuracy=100 * self.config.learning_rate,
            validation_loss=1.0,
            train_seconds=self.config.learning_rate,
            total_seconds=1.0,
        )
        with context.scratch() as files:
            context.store.save_results(context.job_id, scores=scores, files=files)

    monkeypatch.setattr(Trial, "work", work)


def run(*words: str) -> int:
    """Run one command."""
    return cli.main(["tune", *words])


def answer(captured: Captured) -> dict[str, Any]:
    """Return the one JSON object that was printed, on the only line."""
    (line,) = captured.readouterr().out.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


@pytest.mark.usefixtures("no_litert")
def test_a_study_is_done_and_its_best_trial_can_be_kept(
    run_store: RunStore, capsys: Captured
) -> None:
    """From the first command to a run with a model."""
    code = run(
        *QUICKLY, "--vary", "learning_rate=0.001:0.03", "--trials", "2", "--json"
    )

    found = answer(capsys)
    assert code == 0
    assert (found["study"], found["status"]) == ("classic-mlp 1", "finished")
    assert found["trials"]["finished"] == 2
    best = run_store.get(found["best"]["run_id"])
    assert found["best"]["value"] == best.scores.validation_accuracy
    assert found["best"]["params"] == {"learning_rate": best.training.learning_rate}
    scores = [each.values[0] for each in storage.load("classic-mlp 1").trials()]
    assert found["best"]["value"] == max(scores)

    assert cli.main(["runs", "keep", best.id, "--json"]) == 0
    kept = answer(capsys)
    assert (kept["run_id"], kept["test_size"]) == (best.id, 200)
    assert (kept["study"], kept["trial"]) == ("classic-mlp 1", best.trial)
    assert run_store.get(best.id).has_model

    assert cli.main(["runs", "keep", best.id]) == 1
    assert "Expected a trial of a study that is over" in capsys.readouterr().err


@pytest.mark.usefixtures("scored_by_rate")
def test_studies_are_listed_shown_and_deleted(capsys: Captured) -> None:
    run(*RATES, "--name", "a / 'b' \U0001f680 100 %", "--json")
    made = answer(capsys)

    assert run("list", "--json") == 0
    (listed,) = answer(capsys)["studies"]
    assert (listed["study"], listed["trials"]) == (made["study"], 3)
    assert listed["best_run"] == made["best"]["run_id"]
    assert run("--json", "show", made["study"]) == 0
    shown = answer(capsys)
    assert [each["value"] for each in shown["runs"]] == [0.1, 0.2, 0.4]
    assert shown["best"]["params"] == {"learning_rate": 0.004}
    assert run("delete", made["study"], "--json") == 0
    assert answer(capsys) == {"deleted": made["study"]}
    assert run("list") == 0
    assert capsys.readouterr().out.strip() == "No studies yet."


@pytest.mark.usefixtures("scored_by_rate")
def test_for_people_it_is_a_table(capsys: Captured) -> None:
    """And without a terminal nothing but the result is printed."""
    assert run(*RATES) == 0

    shown = capsys.readouterr()
    assert "finished" in shown.out
    assert shown.err == ""
    run("show", "classic-mlp 1")
    shown = capsys.readouterr().out
    assert "0.4 with learning rate 0.004 (" in " ".join(shown.split())
    assert "3 finished" in shown


@pytest.mark.usefixtures("scored_by_rate")
def test_two_objectives_have_a_front(capsys: Captured) -> None:
    """A higher rate is more accurate here, and slower."""
    both = ["--objective", "val_accuracy", "--objective", "seconds"]

    assert run(*RATES, *both, "--json") == 0

    found = answer(capsys)
    assert found["best"]["values"] == {"val_accuracy": 0.4, "seconds": 0.004}
    assert [each["value"] for each in found["front"]] == [0.4, 0.2, 0.1]


@pytest.mark.usefixtures("scored_by_rate")
def test_a_study_gets_more_trials(capsys: Captured) -> None:
    run("--vary", "learning_rate=0.001:0.01", "--trials", "2", "--name", "a", "--json")
    before = answer(capsys)

    assert run("add", "a", "--trials", "1", "--json") == 0

    assert answer(capsys)["trials"]["finished"] == before["trials"]["finished"] + 1
    assert run("add", "a") == 1
    assert "Expected more trials or minutes" in capsys.readouterr().err


def test_ctrl_c_stops_a_study_and_keeps_what_finished(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """It can be resumed then."""
    turns = iter((False, True))
    is_interrupted = threading.Event()

    def work(_: Trial, context: TaskContext) -> None:
        if next(turns, False):
            os.kill(os.getpid(), signal.SIGINT)
            while not is_interrupted.wait(0.02):
                context.report(0.5)
        scores = RunScores(validation_accuracy=0.5, total_seconds=1.0)
        with context.scratch() as files:
            context.store.save_results(context.job_id, scores=scores, files=files)

    monkeypatch.setattr(Trial, "work", work)

    code = run(*RATES, "--name", "a", "--json")

    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert code == 130
    assert (found["status"], found["trials"]["finished"]) == ("stopped", 1)
    assert "Press Ctrl+C again to quit" in shown.err
    assert run("resume", "a", "--json") == 0
    assert answer(capsys)["trials"]["finished"] == 3


def test_a_study_without_a_score_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """A script notices."""

    def work(*_: object) -> None:
        message = "The disk is full."
        raise StudyError(message)

    monkeypatch.setattr(Trial, "work", work)

    assert run(*RATES, "--json") == 1

    found = answer(capsys)
    assert (found["trials"]["failed"], found["best"]) == (3, None)


@pytest.mark.usefixtures("scored_by_rate")
def test_a_study_of_another_process_is_left_to_it(
    run_store: RunStore, capsys: Captured
) -> None:
    """It can be stopped from here, and then taken over."""
    base = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=1)
    space = SearchSpace(varied={"learning_rate": Range(low=0.001, high=0.01)})
    study = storage.create("a", StudySpec(base=base, space=space, num_trials=2))
    study.activate(str(Owner.of_process(os.getppid())))

    for command in (["resume", "a"], ["add", "a", "--trials", "1"]):
        assert run(*command) == 1
        assert "another process does the trials of 'a'" in capsys.readouterr().err

    assert run("stop", "a", "--json") == 0
    assert answer(capsys)["status"] == "stopped"
    assert run("resume", "a", "--json") == 0
    assert answer(capsys)["trials"]["finished"] == 2
    assert not studies.is_running(study, study.trials())
    assert len(run_store.runs()) == 2


def spec_of(*words: str) -> StudySpec:
    """Return the study that flags describe."""
    return tune_flags.spec_of(make_parser().parse_args(["tune", *words]))


def test_other_commands_do_not_wait_for_optuna() -> None:
    """It takes a quarter of a second to import."""
    script = (
        "import sys, core.cli; core.cli.make_parser(); print('optuna' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_flags_say_what_is_varied_and_what_is_fixed() -> None:
    """Each value has the type of its setting."""
    spec = spec_of(
        "--preset=fast-mlp",
        "--epochs=3",
        "--training-seed=5",
        "--vary=learning-rate=0.0003:0.01",
        "--vary=hidden=64|128,64",
        "--vary=batch_norm=on|False",
        "--vary=batch_size=32|64",
        "--vary=layers=1:3",
        "--vary=optimizer=adam | sgd",
        "--seed=7",
        "--objective=val_loss",
        "--no-prune",
        "--minutes=2.5",
    )

    assert spec.space.varied == {
        "learning_rate": Range(low=0.0003, high=0.01),
        "hidden": Choices(values=("64", "128,64")),
        "batch_norm": Choices(values=(True, False)),
        "batch_size": Choices(values=(32, 64)),
        "layers": Range(low=1, high=3),
        "optimizer": Choices(values=("adam", "sgd")),
    }
    assert isinstance(spec.space.varied["layers"], Range)
    assert type(spec.space.varied["layers"].low) is int
    assert (spec.base.preset, spec.base.epochs, spec.base.seed) == ("fast-mlp", 3, 5)
    assert (spec.seed, spec.minutes, spec.num_trials) == (7, 2.5, None)
    assert (spec.objectives, spec.prunes, spec.sampler) == (("val_loss",), False, "tpe")


def test_a_file_of_the_page_is_a_study_and_flags_change_it(tmp_path: Path) -> None:
    base = TrainingConfig(preset="classic-mlp", epochs=9, validation_fraction=0.125)
    space = SearchSpace(varied={"dropout": Range(low=0.1, high=0.5)})
    file = tmp_path / "study.json"
    exported = StudySpec(base=base, space=space, sampler="random", minutes=5.0)
    file.write_text(exported.to_json())

    assert spec_of("--space", str(file)) == exported
    changed = spec_of(f"--space={file}", "--epochs=2", "--trials=3", "--vary=shift=0:2")

    assert changed.base.epochs == 2
    assert changed.base.validation_fraction == 0.125
    assert list(changed.space.varied) == ["dropout", "shift"]
    assert (changed.sampler, changed.num_trials, changed.minutes) == ("random", 3, 5.0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "1 to 20 settings to vary, got 0"),
        (["--vary", "droput=0:1"], "got 'droput'. Do you mean dropout?"),
        (["--vary", "validation_fraction=0.1|0.2"], "got 'validation_fraction'"),
        (["--vary", "dropout=0.5"], "choices like 'dropout=A|B', got 'dropout=0.5'"),
        (["--vary", "dropout=a:b"], "a number for dropout, got 'a'"),
        (["--vary", "epochs=1.5:3"], "a whole number for epochs, got '1.5'"),
        (["--vary", "optimizer=1:2"], "choices for optimizer, which is no number"),
        (["--vary", "batch_norm=on|maybe"], "on or off for batch_norm, got 'maybe'"),
        (["--vary", "shift=0:1", "--vary", "shift=1:2"], "once, got shift twice"),
        (["--vary", "shift=0:1", "--trials", "0"], "1 to 5,000 for --trials, got 0"),
        (["--vary", "shift=0:1", "--minutes", "-1"], "for --minutes, got -1.0"),
        (["--space", "nowhere.json"], "got 'nowhere.json' (No such file"),
        (["--vary", "shift=0:1", "list"], "a new study or one that is there"),
        (["show", "b"], "the name of a study, got 'b'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    words: list[str], told: str, capsys: Captured
) -> None:
    """With what was expected, what was received, and what to do."""
    assert run(*words) == 1

    assert told in capsys.readouterr().err
    assert storage.load_all() == ()
