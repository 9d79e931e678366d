"""Pages say how the cluster is that computes, and show what there is all the same."""

from types import SimpleNamespace

import pytest

from core.jobs import lanes
from core.jobs.cluster import ClusterState
from tests.dashboard.app import alerts, open_app
from tests.serving import PAGES


def put(monkeypatch: pytest.MonkeyPatch, state: ClusterState) -> None:
    """Compute with a cluster that is so."""
    made = SimpleNamespace(state=lambda: state)
    monkeypatch.setattr(lanes, "cluster_of", lambda _: made)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_the_scheduler_is_gone(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no error of the page, which shows what it has."""
    problem = "Expected the scheduler tcp://a:1 to answer, but it did not (*gone*)."
    put(monkeypatch, ClusterState("tcp://a:1", problem=problem))

    app = open_app(page)

    assert any("scheduler" in text and "gone" in text for text in alerts(app))
    assert app.title
    assert not app.error


def test_worker_of_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    remark = "The worker tcp://b:2 has other versions: Keras 2 instead of 3."
    put(monkeypatch, ClusterState("tcp://a:1", 2, remarks=(remark,)))

    assert any("Keras 2 instead of 3" in text for text in alerts(open_app()))


@pytest.mark.usefixtures("finished_run")
def test_nothing_is_said_of_a_cluster_that_computes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(monkeypatch, ClusterState("tcp://a:1", 2))

    assert not [text for text in alerts(open_app()) if "scheduler" in text]


@pytest.mark.parametrize("name", ["INKLAB_WORKERS", "INKLAB_SCHEDULER"])
def test_impossible_setting_is_an_error_on_the_page(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not a traceback in a log."""
    monkeypatch.setenv(name, "many")

    assert any(name in text and "many" in text for text in alerts(open_app()))
