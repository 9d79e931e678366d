"""Trials among all runs: folded under their study, so that they hide no training."""

import pytest

from core.config import TrainingConfig
from core.runs.store import RunStore
from tests import made_studies
from tests.dashboard.app import go_to, open_app, text
from tests.made_studies import NAME


@pytest.fixture
def own_run(store: RunStore) -> str:
    """Put a training, then a study with four trials into the store."""
    run_id = store.create(TrainingConfig(), name="my own")
    made_studies.make(store, num_trials=4)
    return run_id


@pytest.mark.usefixtures("own_run")
def test_trials_are_folded_until_somebody_unfolds_their_study() -> None:
    app = open_app("runs")
    fold = app.selectbox(key="unfolded")
    assert fold.label == "1 study with 4 trials"
    assert list(app.dataframe[0].value["Name"]) == ["my own"]

    fold.set_value(NAME).run()

    names = list(app.dataframe[0].value["Name"])
    assert names == ["Trial 3", "Trial 2", "Trial 1", "Trial 0", "my own"]
    links = [each.proto.query_string for each in app.get("page_link")]
    assert any("study=made+up" in each for each in links)


def test_home_with_trials_only_is_not_told_to_change_a_filter(store: RunStore) -> None:
    made_studies.make(store, num_trials=2)

    app = open_app("runs")

    assert "All runs are trials of studies" in text(app)
    assert "No run matches" not in text(app)
    assert app.selectbox(key="unfolded").label == "1 study with 2 trials"


def test_trial_of_a_link_is_listed(store: RunStore, own_run: str) -> None:
    trial = next(run for run in store.runs() if run.trial == 1)

    app = open_app("runs", runs=trial.id)

    assert set(app.dataframe[0].value["Name"]) == {"Trial 1", "my own"}
    assert trial.id != own_run


@pytest.mark.usefixtures("own_run")
def test_other_pages_show_trainings_before_trials() -> None:
    app = open_app()
    assert list(app.table[0].value.index) == ["my own"]

    go_to(app, "train")

    assert "my own" in "".join(each.proto.text for each in app.get("progress"))


@pytest.mark.usefixtures("finished_run")
def test_without_studies_nothing_is_said_of_them() -> None:
    app = open_app("runs")

    assert "unfolded" not in {each.key for each in app.selectbox}
    assert "trial" not in text(app)
