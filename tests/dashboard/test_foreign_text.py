"""What people type is shown as they typed it, on every page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.config import EnsembleConfig, TrainingConfig
from core.jobs.kinds.projection import Project
from core.records import Attachment, Report
from core.runs.store import RunStore
from tests.dashboard.app import open_app
from tests.serving import PAGES

NAME = "a$x$b **bold** ![i](http://127.0.0.1:9/pix.png) :red[r]"
LIVE = ("a$x$b", "**bold**", "![i](", ":red[")
PLAIN = (
    *("dataframe", "table", "plotly_chart", "echarts_chart", "bidi_component"),
    *("multiselect", "selectbox", "text_input", "text_area", "main"),
)
"""What shows text as it is; tables are looked at below, and figures elsewhere."""


@pytest.fixture
def ensemble(store: RunStore, usable_run: str) -> str:
    """Let runs in all states have such a name, and be made of such runs."""
    store.annotate(usable_run, name=NAME)
    failed = store.create(TrainingConfig(), name=NAME)
    store.fail(failed, f"It broke: {NAME}")
    recipe = EnsembleConfig(members=(TrainingConfig().network,) * 2)
    ensemble = store.create(recipe, name=NAME, members=[usable_run, failed])
    store.start(ensemble)
    store.create(TrainingConfig(), name=NAME)
    return ensemble


def shown_as_markdown(app: AppTest) -> Iterator[str]:
    """Give all that a page hands to the browser as Markdown."""
    assert not app.exception
    for element in app.main:
        if element.type not in PLAIN:
            yield str(element.proto)
    for table in app.table:
        yield table.value.to_csv()


def check(app: AppTest) -> str:
    """Fail if the name does what it says, and return what is shown."""
    shown = list(shown_as_markdown(app))
    for text in shown:
        assert not [part for part in LIVE if part in text], text
    return "\n".join(shown)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("ensemble")
def test_name_does_nothing_on_any_page(page: str) -> None:
    """The browser of whoever looks asked the address in it."""
    check(open_app(page))


@pytest.mark.parametrize("number", range(4))
def test_name_does_nothing_where_one_run_is_shown(
    store: RunStore, ensemble: str, number: int
) -> None:
    """Waiting, failed with a reason, finished, and an ensemble of such runs."""
    assert ensemble
    run = store.runs()[number]

    for app in (open_app("train", watch=run.id), open_app("runs", runs=run.id)):
        assert "127" in check(app)


def test_what_an_analysis_says_of_itself_does_nothing(
    store: RunStore, finish_run: Callable[..., str], tmp_path: Path
) -> None:
    """Whoever can write into the store could have it say anything."""
    run_id = finish_run()
    task = Project(subject=run_id)
    job = task.create(store, name=NAME)
    store.start(job)
    store.log(job, [Report(share=0.5, text=NAME)])
    made = Attachment(name="other", title=NAME, key="")
    folder = tmp_path / "nothing"
    folder.mkdir()
    store.attach(run_id, made, folder)

    assert "127" in check(
        open_app("evaluate", run=run_id, analysis="Feature map", projection="t-SNE")
    )
    assert "127" in check(open_app("train"))
    app = open_app("runs", runs=run_id)
    app.session_state[f"analyses_{run_id}"] = True
    app.run()
    assert check(app).count("127") >= 2


@pytest.mark.usefixtures("ensemble")
def test_name_does_nothing_where_runs_are_compared(store: RunStore) -> None:
    app = open_app("compare", runs=",".join(run.id for run in store.runs()))

    assert "127" in check(app)


@pytest.mark.usefixtures("usable_run")
def test_recipe_of_an_address_does_nothing() -> None:
    """A link can have anything in it, and its error repeats it."""
    check(open_app("train", recipe=f"fast-mlp~epochs~{NAME}"))
    check(open_app("train", recipe=NAME, watch=NAME))
    check(open_app("evaluate", run=NAME, cell=NAME, image=NAME))


@pytest.mark.usefixtures("usable_run")
def test_name_of_an_uploaded_file_does_nothing() -> None:
    """Neither that of a picture that can be read nor in the error about another."""
    app = open_app("draw", **{"from": "Pictures"})

    uploader = app.file_uploader(key="picture_uploader_0")
    uploader.upload("a$x$b **bold**.png", b"no picture").run()

    assert check(app)
    assert r"\*\*bold\*\*" in app.error[0].value
