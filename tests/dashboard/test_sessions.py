"""Several users and several pages: what is kept for whom."""

from collections.abc import Callable

import pytest

from tests.dashboard.app import go_to, open_app


@pytest.mark.usefixtures("store")
def test_choice_of_one_session_is_not_that_of_another() -> None:
    """What is shared by mistake shows only with two users."""
    mine, others = open_app("explore"), open_app("explore")
    mine.button(key="shuffle").click().run()
    mine.segmented_control(key="class").select("3").run()

    others.run()

    assert others.segmented_control(key="class").value == "All"
    assert others.session_state["sample"] == 0
    assert mine.session_state["sample"] == 1


def test_run_chosen_on_one_page_is_the_run_of_the_next(
    finish_run: Callable[..., str],
) -> None:
    older, _ = finish_run(name="older"), finish_run(name="newer")
    app = open_app("evaluate")
    app.selectbox(key="run_picker").select(older).run()

    # In a browser another page has an address without parameters.
    app.query_params.clear()
    go_to(app, "mistakes")

    assert app.selectbox(key="run_picker").value == older
