"""Tune: the form of a study, how it goes, what it has found, what comes of it."""

import pytest

from tests.dashboard.app import alerts, open_app, text


@pytest.mark.usefixtures("store")
def test_page_without_studies_says_what_will_be_here_and_fills_in_an_example() -> None:
    app = open_app("tune")
    assert "No studies yet" in alerts(app)[0]
    assert app.button(key="start_study").disabled

    app.button(key="study_example").click().run()

    assert "combinations" in text(app)
    assert not app.button(key="start_study").disabled
    app.button(key="start_study").click().run()
