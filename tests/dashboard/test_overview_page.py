"""The overview: what is here, with numbers."""

from collections.abc import Callable

import pytest

from core.runs.store import RunStore
from tests.dashboard.app import open_app


@pytest.mark.usefixtures("finished_run")
def test_overview_lists_runs_with_accuracy_and_status() -> None:
    table = open_app().table[0].value

    assert table.loc["fast-mlp", "Test accuracy"] == "97.50 %"
    assert table.loc["fast-mlp", "Network"] == "784-128-64-10"
    assert table.loc["fast-mlp", "Status"] == "Finished"


def test_overview_lists_no_more_than_five_runs(
    finish_run: Callable[..., str],
) -> None:
    for number in range(6):
        finish_run(name=f"run {number}")

    table = open_app().table[0].value

    assert list(table.index) == [f"run {number}" for number in (5, 4, 3, 2, 1)]


def test_overview_leads_to_all_runs() -> None:
    links = [link.proto.page for link in open_app().get("page_link")]

    assert "runs" in links


def test_run_names_are_dated_in_the_zone_of_the_viewer(
    store: RunStore, finished_run: str
) -> None:
    app = open_app("evaluate")
    created = store.get(finished_run).created

    shown = app.selectbox(key="run_picker").options[0]

    assert shown == f"fast-mlp, today {created:%H:%M}, 97.50 %"


@pytest.mark.parametrize(
    "zone", ["Mars/Base", "Europe", "../../etc/passwd", "z" * 5000], ids=lambda z: z[:9]
)
@pytest.mark.usefixtures("finished_run")
def test_time_zone_that_does_not_exist_is_universal_time(zone: str) -> None:
    """A browser may send anything; "Europe" is a folder of zones."""
    app = open_app()
    app.context = {"timezone": zone}

    app.run()

    assert app.table[0].value.loc["fast-mlp", "Started"].startswith("today")
    assert not app.exception
