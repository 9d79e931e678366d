"""Tune: the form of a study, how it goes, what it has found, what comes of it."""

import dataclasses
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import settings
from core.insight.expected_time import Expectation
from core.jobs import lanes
from core.jobs import studies as study_jobs
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import State
from tests import made_studies
from tests.dashboard.app import alerts, figure, go_to, open_app, text
from tests.made_studies import NAME


def filled_in() -> AppTest:
    """Open the page without studies, and fill in the example."""
    app = open_app("tune")
    app.button(key="study_example").click().run()
    return app


def shown_trials(app: AppTest) -> pd.DataFrame:
    """Return the table of trials."""
    return app.dataframe[0].value


@pytest.mark.usefixtures("store")
def test_page_without_studies_says_what_will_be_here() -> None:
    app = open_app("tune")

    assert "No studies yet" in alerts(app)[0]
    assert app.button(key="start_study").disabled
    assert "Choose what to vary" in text(app)


@pytest.mark.usefixtures("store")
def test_example_can_be_started_with_one_click_more() -> None:
    app = filled_in()
    assert "231 combinations" in text(app)
    assert "of which 20 are tried" in text(app)
    assert "The test images choose nothing" in text(app)

    app.button(key="start_study").click().run()

    (name,) = (study.name for study in storage.load_all())
    assert app.query_params["study"] == name
    study = storage.load(name)
    assert study.is_active
    assert study.spec.base.preset == "fast-mlp"
    assert set(study.spec.space.varied) == {"hidden", "dropout", "learning_rate"}
    assert "0 of 20 trials" in _progress(app)
    assert "The first result appears here" in alerts(app)[0]


@pytest.mark.usefixtures("store")
def test_expected_time_is_that_of_trials_done_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A cluster that has no worker yet is no reason to show nothing."""
    seconds = 30.0
    known = Expectation(seconds=seconds, low=seconds, high=seconds, num_runs=1)
    monkeypatch.setattr("dashboard.studies.expected_seconds", lambda *_: known)
    expected = {0: "10 min", 1: "10 min", 4: "2 min 30 s"}
    for num_slots, told in expected.items():
        monkeypatch.setattr(lanes, "num_slots", lambda _, num=num_slots: num)

        assert f"Takes about {told}" in text(filled_in())


@pytest.mark.usefixtures("store")
def test_settings_are_varied_over_ranges_and_values() -> None:
    app = filled_in()

    app.multiselect(key="study_varied_1").set_value(["dropout", "optimizer"]).run()
    app.segmented_control(key="study_how_dropout_1").set_value("Values").run()
    app.multiselect(key="study_values_dropout_1").set_value([0.0, 0.2]).run()
    app.pills(key="study_values_optimizer_1").set_value(["adam", "sgd"]).run()
    app.segmented_control(key="study_sampler_1").set_value("grid").run()
    assert "4 combinations" in text(app)
    app.button(key="start_study").click().run()

    (study,) = storage.load_all()
    assert study.spec.space.varied == {
        "optimizer": Choices(values=("adam", "sgd")),
        "dropout": Choices(values=(0.0, 0.2)),
    }
    assert len(study.trials()) == 4


@pytest.mark.usefixtures("store")
def test_space_that_contradicts_itself_says_so_and_cannot_be_started() -> None:
    app = filled_in()

    app.multiselect(key="study_varied_1").set_value(["hidden", "layers"]).run()

    assert "a list of hidden layers or its parts" in app.error[0].value
    assert app.button(key="start_study").disabled


@pytest.mark.usefixtures("store")
def test_setting_says_with_what_it_has_an_effect() -> None:
    app = filled_in()

    app.multiselect(key="study_varied_1").set_value(["weight_decay"]).run()

    helped = app.segmented_control(key="study_how_weight_decay_1").proto.help
    assert "Only has an effect with optimizer" in helped


@pytest.mark.usefixtures("store")
def test_two_objectives_are_not_pruned() -> None:
    app = filled_in()

    app.selectbox(key="study_objective_1").set_value("Accuracy and parameters").run()
    assert app.toggle(key="study_prunes_1").disabled
    app.button(key="start_study").click().run()

    (study,) = storage.load_all()
    assert study.spec.objectives == ("val_accuracy", "parameters")
    assert not study.spec.prunes


@pytest.mark.usefixtures("store")
def test_name_that_is_taken_is_refused_and_nothing_is_lost() -> None:
    storage.create(NAME, made_studies.spec())
    app = open_app("tune")
    app.button(key="new_study").click().run()
    app.multiselect(key="study_varied_0").set_value(["dropout"]).run()
    app.text_input(key="study_name_0").set_value(NAME).run()

    app.button(key="start_study").click().run()

    assert "no study has" in app.error[0].value
    assert app.multiselect(key="study_varied_0").value == ["dropout"]


@pytest.mark.usefixtures("store")
def test_form_is_as_it_was_left() -> None:
    app = filled_in()
    app.number_input(key="study_trials_False_1").set_value(7).run()

    go_to(app, "runs")
    go_to(app, "tune")

    assert app.number_input(key="study_trials_False_1").value == 7
    assert app.multiselect(key="study_varied_1").value == [
        "hidden",
        "dropout",
        "learning_rate",
    ]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "Expected a search space as JSON"),
        (b"\xff\xfe\x00", "utf-8"),
        (json.dumps({"schema": 99}).encode(), "another version"),
        (
            made_studies.spec().to_json().replace('"epochs": ', '"epochs": -').encode(),
            "Expected epochs from 1 to 500",
        ),
        (
            made_studies.spec(
                space=SearchSpace(varied={"epochs": Range(low=0, high=10**30)})
            )
            .to_json()
            .encode(),
            "whole numbers within 1 to 500",
        ),
    ],
    ids=["no JSON", "no text", "newer", "recipe", "range"],
)
def test_file_that_is_no_search_space_is_refused(
    content: bytes, complaint: str
) -> None:
    app = open_app("tune")

    app.file_uploader(key="space_file").upload("space.json", content).run()

    assert complaint in app.error[0].value


@pytest.mark.usefixtures("store")
def test_exported_space_fills_the_form_again() -> None:
    space = SearchSpace(varied={"epochs": Range(low=3, high=9)})
    exported = made_studies.spec("val_loss", space=space, num_trials=5).to_json()
    app = open_app("tune")

    app.file_uploader(key="space_file").upload("s.json", exported.encode()).run()
    app.button(key="start_study").click().run()

    (study,) = storage.load_all()
    assert study.spec == StudySpec.from_json(exported).model_copy(
        update={"fingerprint": study.spec.fingerprint}
    )


def test_finished_study_says_what_matters_and_what_to_take(store: RunStore) -> None:
    study = made_studies.make(store, num_trials=12)
    best = max(study.trials(), key=lambda each: each.values or (0.0,))  # noqa: PD011 - no table

    app = open_app("tune")

    assert app.query_params["study"] == NAME
    assert "12 of 12 trials" in _progress(app)
    assert "1 pruned. All done." in _progress(app)
    said = text(app)
    assert f"Trial {best.number}: " in said
    assert "of 6,000 validation images, 95 % interval" in said
    assert "Learning rate" in said or "learning rate" in said
    assert "in 30 resamples of these 11 finished trials" in said
    assert f"Trial {best.number}, the best" in said


def test_few_trials_are_too_early_to_tell(store: RunStore) -> None:
    made_studies.make(store, num_trials=4)

    app = open_app("tune")

    assert "Too early to tell: 3 finished trials, and it takes 8." in text(app)


def test_point_of_the_history_belongs_to_its_trial(store: RunStore) -> None:
    """The third trial was pruned, so the points and the trials are not in step."""
    made_studies.make(store, num_trials=5)

    app = open_app("tune")

    drawn = figure(app, "history_val_accuracy")
    assert drawn["data"][0]["customdata"] == [0, 1, 3, 4]
    assert drawn["layout"]["yaxis"]["title"]["text"] == "Validation accuracy"


def test_trial_of_the_address_is_opened(store: RunStore) -> None:
    study = made_studies.make(store, num_trials=5)
    run_id = study.trials()[2].run_id

    app = open_app("tune", study=NAME, trial="2")

    assert "Trial 2" in text(app)
    assert "Pruned; hidden layers" in text(app)
    assert any(
        f"runs={run_id}" in each.proto.query_string for each in app.get("page_link")
    )


@pytest.mark.parametrize("written", ["99", "-1", "x", "9" * 500])
def test_trial_that_is_none_shows_the_best(store: RunStore, written: str) -> None:
    made_studies.make(store, num_trials=4)

    app = open_app("tune", study=NAME, trial=written)

    assert not app.exception
    assert ", the best" in text(app)


@pytest.mark.parametrize(
    "tab", ["Progress", "Importance", "Each setting", "All together", "Two settings"]
)
def test_only_figures_of_the_open_tab_are_made(store: RunStore, tab: str) -> None:
    made_studies.make(store, num_trials=12)
    keys = {
        "Progress": "history_val_accuracy",
        "Importance": "importance",
        "Each setting": "slice_learning_rate",
        "All together": "trial_lines",
        "Two settings": "contour",
    }

    app = open_app("tune")
    app.session_state["study_tab"] = tab
    app.run()

    assert not app.exception
    assert figure(app, keys[tab])["data"]
    for other, key in keys.items():
        assert (key in _keys(app)) == (other == tab)


def test_brush_filters_the_table(store: RunStore) -> None:
    study = made_studies.make(store, num_trials=8)
    held = [
        each.number
        for each in study.trials()
        if each.state is State.FINISHED and 0.1 <= each.params["dropout"] <= 0.4
    ]

    app = open_app("tune", study=NAME, brush="dropout:0.1:0.4")

    assert sorted(shown_trials(app)["Trial"]) == held
    assert f"{len(held)} of 8 trials pass the brushed axes." in text(app)
    app.button(key="show_all_trials").click().run()
    assert len(shown_trials(app)) == 8


def test_pareto_front_of_two_objectives_is_told_and_shown(store: RunStore) -> None:
    described = made_studies.spec("val_accuracy", "parameters")
    made_studies.make(store, num_trials=10, described=described)

    app = open_app("tune")

    assert "beaten by no other in both validation accuracy and parameters" in text(app)
    assert figure(app, "pareto")["data"][1]["name"] == "Pareto front"


def test_study_is_stopped_and_resumed(store: RunStore) -> None:
    study_jobs.start(store, NAME, made_studies.spec())
    app = open_app("tune")

    app.button(key="stop_study").click().run()
    assert not storage.load(NAME).is_active
    assert "stop_study" not in _keys(app)
    app.button(key="resume_study").click().run()

    assert storage.load(NAME).is_active
    assert app.button(key="stop_study")


def test_finished_study_gets_more_trials(store: RunStore) -> None:
    made_studies.make(store, num_trials=12)
    app = open_app("tune")
    assert "resume_study" not in _keys(app)

    app.number_input(key="more_trials").set_value(5).run()
    app.button(key="add_trials").click().run()

    study = storage.load(NAME)
    assert study.spec.num_trials == 17
    assert study.is_active
    assert "12 of 17 trials" in _progress(app)


def test_combination_is_tried_by_hand(store: RunStore) -> None:
    made_studies.make(store, num_trials=4)
    app = open_app("tune")

    app.selectbox(key=f"hand_{NAME}_hidden").set_value("64,32").run()
    app.button(key="enqueue").click().run()

    *_, last = storage.load(NAME).trials()
    assert last.state is State.WAITING
    assert not app.exception


def test_space_of_a_study_is_used_again_by_who_has_just_come(store: RunStore) -> None:
    """The form was not shown before, and the preset of the recipe may be gone."""
    base = dataclasses.replace(made_studies.spec().base, preset="mine", epochs=7)
    described = made_studies.spec().model_copy(update={"base": base})
    made_studies.make(store, num_trials=3, described=described)
    app = open_app("tune")

    app.button(key="use_again").click().run()
    app.button(key="start_study").click().run()

    study, _ = storage.load_all()
    assert study.spec.space == described.space
    assert study.spec.base == base


def test_study_is_deleted_after_one_question(store: RunStore) -> None:
    made_studies.make(store, num_trials=4)
    app = open_app("tune")

    app.button(key="delete_study").click().run()

    assert storage.load_all() == ()
    assert "No studies yet" in alerts(app)[0]
    assert store.runs() == ()


def test_study_with_the_name_of_a_deleted_one_has_its_own_figures(
    store: RunStore,
) -> None:
    made_studies.make(store, num_trials=12)
    app = open_app("tune")
    assert "of these 11 finished trials" in text(app)
    study_jobs.delete(store, NAME)
    space = SearchSpace(varied={"learning_rate": made_studies.RATES})
    made_studies.make(store, num_trials=12, described=made_studies.spec(space=space))
    _forget()

    app.run()

    assert "Only learning rate is varied" in text(app)


def test_study_that_was_deleted_in_another_tab_is_said(store: RunStore) -> None:
    made_studies.make(store, num_trials=4)
    app = open_app("tune")
    study_jobs.delete(store, NAME)
    _forget()

    app.run()

    assert f"no study {NAME}" in alerts(app)[0]
    assert app.button(key="study_example")


def test_study_that_does_not_go_on_says_why(store: RunStore) -> None:
    study = made_studies.make(store, num_trials=4)
    study.deactivate("Expected combinations that can be trained, but none can.")

    app = open_app("tune")

    assert "none can" in app.error[0].value


@pytest.mark.usefixtures("store")
def test_storage_that_cannot_be_used_is_said_and_other_pages_work() -> None:
    (settings.home() / "studies.db").write_bytes(b"no database" * 100)

    app = open_app("tune")
    assert "storage of the studies" in app.error[0].value
    go_to(app, "train")

    assert not app.exception
    assert app.button(key="start")


def test_trial_is_trained_with_five_seeds(store: RunStore) -> None:
    made_studies.make(store, num_trials=4)
    app = open_app("tune")

    app.button(key="train_seeds").click().run()

    queued = [run for run in store.runs() if not run.study]
    recipes = {dataclasses.replace(run.training, seed=0) for run in queued}
    assert len(recipes) == 1
    assert len({run.training.seed for run in queued}) == 5
    assert "5 trainings to come" in text(app)

    first, *others = sorted(queued, key=lambda run: run.training.seed)
    store.delete(first.id)
    for run in others:
        store.request_stop(run.id)
    app.run()
    app.button(key="train_seeds").click().run()

    seeds = [run.training.seed for run in store.runs() if not run.study]
    assert len(seeds) == len(set(seeds)) == 9


def test_trial_can_be_tested_and_opened_in_train(store: RunStore) -> None:
    made_studies.make(store, num_trials=4)
    app = open_app("tune")

    app.button(key="keep_trial").click().run()

    assert [job.kind for job in store.jobs() if job.subject]
    links = [each.proto.query_string for each in app.get("page_link")]
    assert any("recipe=fast-mlp" in each for each in links)


@pytest.mark.usefixtures("store")
def test_data_set_that_is_gone_does_not_break_the_page() -> None:
    described = made_studies.spec()
    base = dataclasses.replace(described.base, dataset="gone")
    storage.create(NAME, described.model_copy(update={"base": base}))

    app = open_app("tune")

    assert not app.exception
    assert "No trial was begun" in alerts(app)[0]


def test_text_of_a_study_is_no_markup(store: RunStore) -> None:
    name = "<b>[x](y) $z$"
    made_studies.make(store, num_trials=3, name=name)

    app = open_app("tune", study="**gone** <i>")

    assert "\\*\\*gone\\*\\*" in app.warning[0].value
    assert not app.exception


def _progress(app: AppTest) -> str:
    return "\n".join(each.proto.text for each in app.get("progress"))


def _keys(app: AppTest) -> set[str]:
    found = set()
    for key in ("stop_study", "resume_study"):
        found |= {each.key for each in app.button if each.key == key}
    figures = (
        "history_val_accuracy",
        "importance",
        "slice_learning_rate",
        "trial_lines",
        "contour",
    )
    for key in figures:
        try:
            figure(app, key)
        except KeyError:
            continue
        found.add(key)
    return found


def _forget() -> None:
    from dashboard import studies  # noqa: PLC0415 - Optuna takes a moment to import

    studies.names.clear()
    studies.snapshot.clear()
