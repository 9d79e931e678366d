"""Collect my handwriting: twenty prompts, each drawing kept at one key."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets.spec import DatasetSpec
from core.handwriting import collection
from core.handwriting import prompts as core_prompts
from core.proportion import Proportion, percent
from core.records import Run
from dashboard import page_paths, services, state, words
from dashboard.state import Kept, Round
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.draw import keeping, sheets, source
from dashboard.widgets.draw.character import Answered


def offer(run: Run, spec: DatasetSpec) -> None:
    """Offer a round of prompts, while there is none."""
    if state.handwriting_round() is not None:
        return
    st.button(
        "Collect my handwriting",
        icon=":material/edit_note:",
        key="collect",
        on_click=_begin,
        args=(spec.classes,),
        **read_only.guard(
            f"{core_prompts.NUM} prompts, such as: Write a "
            f"{words.literal(core_prompts.to_write(spec.classes[-1]))}. The drawings "
            f"go to My handwriting, by which {words.literal(run.name)} and all other "
            "runs are scored. It takes about two minutes."
        ),
    )


def prompt() -> DeltaGenerator | None:
    """Show what to write now.

    Returns:
        A place for `controls`; None if nothing is to be written.
    """
    now = state.handwriting_round()
    if now is None or now.is_over:
        return None
    place, num = now.place, len(now.prompts)
    wanted = words.literal(core_prompts.to_write(now.prompts[place]))
    st.subheader(f"Write: {wanted}", anchor=False)
    st.progress(place / num, f"{place + 1} of {num}")
    return st.container(horizontal=True)


def controls(slot: DeltaGenerator, answered: Answered | None) -> None:
    """Let the viewer keep the drawing and go on.

    Args:
        slot: What `prompt` returned.
        answered: What the run says of the drawing; None if nothing is drawn.
    """
    now = state.handwriting_round()
    if now is None:
        return
    with slot:
        is_next = st.button(
            "Next",
            type="primary",
            icon=":material/arrow_forward:",
            key="prompt_next",
            shortcut=None if services.is_phone() else "Enter",
            **read_only.guard(
                "Keeps the drawing, and clears the canvas.",
                disabled=answered is None or _is_kept(answered),
            ),
        )
        st.button("Skip", key="prompt_skip", on_click=_go, args=(now, 1))
        st.button(
            "Back",
            key="prompt_back",
            disabled=now.place == 0,
            help="Write the one before again; it takes the place of the first try.",
            on_click=_go,
            args=(now, -1),
        )
        st.button("Stop", key="prompt_stop", on_click=_stop, args=(now,))
    if is_next and answered is not None:
        with page_frame.plain_errors():
            _keep(now, answered)
            keeping.next_canvas()


def summary(run: Run) -> None:
    """Show what came of a round that is over."""
    _end_if_of_others(services.spec_of(run).classes)
    now = state.handwriting_round()
    if now is None or not now.is_over:
        return
    with st.container(border=True, key="round_summary"):
        st.markdown(_result(now, run))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Another round",
                icon=":material/replay:",
                key="prompt_again",
                on_click=_begin,
                args=(now.classes,),
                **read_only.guard(),
            )
            st.page_link(
                page_paths.DATA_SETS,
                label="My handwriting",
                icon=":material/database:",
                query_params={state.SECTION: state.HANDWRITING},
            )
            st.button("Close", key="prompt_close", on_click=_close)


def _end_if_of_others(classes: tuple[str, ...]) -> None:
    """End a round of classes that the run does not have: another one was chosen."""
    now = state.handwriting_round()
    if now is not None and now.classes != classes:
        over = replace(now, place=len(now.prompts), classes=classes)
        state.keep_handwriting_round(over if now.kept else None)


def _result(now: Round, run: Run) -> str:
    ids = set(now.kept.values())
    found = [each for each in collection.drawings() if each.id in ids]
    total = words.count(len(collection.drawings()), "drawing")
    if not found:
        return f"Nothing was kept. My handwriting has {total}."
    is_same = all(each.run_id == run.id for each in found)
    asked = words.literal(run.name) if is_same else "The runs that were asked"
    share = Proportion(sum(each.was_right for each in found), len(found))
    return (
        f"**{words.count(len(found), 'drawing')}** kept; My handwriting has {total} "
        f"now. {asked} read **{share.successes} of {share.total}** "
        f"right ({percent(share.value)}, 95 % interval {words.interval(share)} %)."
    )


def _begin(classes: tuple[str, ...]) -> None:
    with page_frame.plain_errors():
        drawings = collection.drawings()
        chosen = core_prompts.of_round(classes, drawings, seed=len(drawings))
        state.keep_handwriting_round(Round(prompts=chosen, classes=classes))
        if st.session_state.get(state.DRAW_FROM) != source.DRAW:
            st.session_state[state.DRAW_FROM] = source.DRAW
        sheets.clear()


def _is_kept(answered: Answered) -> bool:
    """Tell whether it is an open picture that a prompt has got already."""
    is_picture = answered.character.material.picture is not None
    kept = state.kept_drawing(state.PROMPTS, answered.character.key)
    return is_picture and kept is not None


def _keep(now: Round, answered: Answered) -> None:
    """Keep a drawing under its prompt, in place of an earlier one."""
    label = now.prompts[now.place]
    drawing = keeping.keep(answered, label)
    state.note_kept(state.PROMPTS, Kept(drawing.id, answered.character.key, label))
    before = now.kept.get(now.place)
    if before is not None:
        collection.remove([before])
    kept = {**now.kept, now.place: drawing.id}
    state.keep_handwriting_round(replace(now, place=now.place + 1, kept=kept))


def _go(now: Round, by: int) -> None:
    state.keep_handwriting_round(replace(now, place=max(0, now.place + by)))
    sheets.clear()


def _stop(now: Round) -> None:
    """Go to the summary, or away if there is nothing in it."""
    if not now.kept:
        _close()
        return
    state.keep_handwriting_round(replace(now, place=len(now.prompts)))
    sheets.clear()


def _close() -> None:
    state.keep_handwriting_round(None)
    sheets.clear()
