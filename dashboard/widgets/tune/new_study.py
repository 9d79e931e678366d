"""Make a new study: its form, what it will take, and the button that starts it."""

import itertools
import math
from collections.abc import Sequence

import streamlit as st

from core.errors import ConfigError, DatasetError, SchemaError, StudyError
from core.records import Run
from core.tuning import space
from core.tuning import spec as specs
from core.tuning.spec import StudySpec
from dashboard import services, state, studies, words
from dashboard.widgets.common import dataset_picker, page_frame, read_only
from dashboard.widgets.train import recipe_form
from dashboard.widgets.tune import form_state, space_form

_UPLOAD = "space_file"


def show(everything: Sequence[Run], *, are_first: bool) -> None:
    """Show the form of a new study.

    Args:
        everything: All runs, which tell how long a trial takes.
        are_first: Whether there is no study yet.
    """
    if are_first:
        _offer_example()
    space_column, plan_column = st.columns([4, 3], gap="medium")
    with space_column, st.container(border=True):
        st.subheader("Search space", anchor=False)
        base = recipe_form.start_of_space()
        if base is None:
            return
        varied = space_form.search_space(base)
    with plan_column, st.container(border=True):
        st.subheader("Search", anchor=False)
        spec = space_form.spec(base, varied)
        _start(spec, everything)
    with plan_column:
        _files(spec)


def _offer_example() -> None:
    st.info(
        "No studies yet. A study trains one recipe many times with other settings, and "
        "tells which of them matter and which network to take.",
        icon=":material/info:",
    )
    st.button(
        "Fill in an example",
        icon=":material/lightbulb:",
        key="study_example",
        on_click=form_state.fill_example,
        help="The preset fast-mlp, with three settings varied: learning rate, hidden "
        "layers and dropout.",
    )


def _start(spec: StudySpec, everything: Sequence[Run]) -> None:
    proposed = proposed_name(spec)
    written = st.text_input(
        "Name",
        placeholder=proposed,
        max_chars=80,
        key=form_state.key_of("name"),
        **form_state.KEPT,
    )
    problem = space_form.problem_of(spec)
    if spec.space.varied and problem:
        space_form.show_problem(problem)
    elif problem:
        st.caption("Choose what to vary, and it stands here how long that takes.")
    else:
        st.markdown(_cost(spec, everything))
    st.caption(
        "The test images choose nothing: trials are scored by the validation split, "
        "and only a trial that you keep is tested."
    )
    # Not in a callback: what was changed with the same click counts too.
    if st.button(
        "Start the study",
        type="primary",
        icon=":material/play_arrow:",
        key="start_study",
        width="stretch",
        **read_only.guard(disabled=bool(problem)),
    ):
        _begin(written.strip() or proposed, spec)


def _begin(name: str, spec: StudySpec) -> None:
    try:
        studies.start(name, spec)
    except (StudyError, DatasetError) as error:
        page_frame.show_error(str(error), title="The study did not start")
        return
    state.choose_study(name)
    st.rerun()


def proposed_name(spec: StudySpec) -> str:
    """Propose a name that no study has."""
    titles = [space.title_of(key) for key, _ in spec.space.ordered()]
    what = ", ".join(title.lower() for title in titles[:3])
    name = f"{spec.base.preset}: {what}" if what else spec.base.preset
    taken = set(studies.names())
    numbered = (f"{name[:70]} ({number})" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in taken)


def _cost(spec: StudySpec, everything: Sequence[Run]) -> str:
    """Say how large the space is, and about how long the study takes."""
    num_points = space.num_points(spec.space)
    num_trials = spec.num_trials
    if spec.sampler == "grid":
        num_grid = len(space.grid(spec.space, spec.base))
        num_trials = min(num_trials or num_grid, num_grid)
        size = f"**{words.count(num_grid, 'combination')}** in the grid"
        if num_trials < num_grid:
            size += f", of which the first {num_trials:,} are tried"
    else:
        size = f"**{num_points:,} combinations** at the steps of the sliders"
        if num_trials is not None:
            size += f", of which {num_trials:,} are tried"
    return f"{size}. {_time(spec, num_trials, everything)}"


def _time(spec: StudySpec, num_trials: int | None, everything: Sequence[Run]) -> str:
    expected = studies.expected_seconds(spec, everything)
    if expected is None:
        return "None of some combinations that were drawn can be trained."
    num_turns = math.ceil((num_trials or 0) / services.num_at_once())
    limit = f"at most {words.duration(60 * spec.minutes)}" if spec.minutes else ""
    each = f"about {words.duration(expected.seconds)} for each trial"
    if num_trials is None:
        return f"Takes {limit}, {each}."
    whole = (
        f"about {words.duration(num_turns * expected.seconds)} "
        f"({words.duration(num_turns * expected.low)} to "
        f"{words.duration(num_turns * expected.high)})"
    )
    pruned = ", less with pruning" if spec.prunes else ""
    guess = "" if expected.num_runs else " This is a guess: nothing was trained here."
    return f"Takes {whole}{pruned}{', ' + limit if limit else ''}: {each}.{guess}"


def _files(spec: StudySpec) -> None:
    """Export what the form says, and read what was exported."""
    with st.container(horizontal=True):
        st.download_button(
            "Export",
            data=spec.to_json(),
            file_name="search-space.json",
            mime="application/json",
            icon=":material/download:",
            key="export_space",
            on_click="ignore",
            help="The terminal reads it too: python -m core tune --space FILE",
        )
        with st.popover("Import", icon=":material/upload:"):
            st.file_uploader(
                "A search space that was exported",
                type="json",
                key=_UPLOAD,
                on_change=_import,
            )
    if problem := st.session_state.pop(state.IMPORT_PROBLEM, ""):
        page_frame.show_error(problem, title="This is no search space")


def _import() -> None:
    file = st.session_state[_UPLOAD]
    if file is None:
        return
    try:
        spec = StudySpec.from_json(file.getvalue().decode())
        if spec.space.varied:
            # What its settings cannot be, their controls cannot show.
            specs.check(spec)
        form_state.fill(spec)
        here = dataset_picker.chosen_spec()
        if spec.base.dataset != here.name:
            st.toast(
                f"Its data set {words.literal(spec.base.dataset)} is not here: the "
                f"space is for {words.literal(here.title)} now.",
                icon=":material/warning:",
            )
    except (SchemaError, ConfigError, StudyError, UnicodeDecodeError) as error:
        st.session_state[state.IMPORT_PROBLEM] = str(error)


def use_again(spec: StudySpec) -> None:
    """Fill the form with what a study did, to make another one."""
    form_state.fill(spec)
    state.choose_study("")
