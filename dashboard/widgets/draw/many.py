"""Several characters that were drawn or photographed in one go, and what they say."""

from typing import Final

import streamlit as st

from core.datasets.spec import DatasetSpec
from core.records import Run
from dashboard import figure, services, state, words
from dashboard.charts.boxed import BoxedCharacter, boxed_figure
from dashboard.figure import Hit
from dashboard.results.pictures import Reader
from dashboard.widgets.common.sample_card import likely_classes
from dashboard.widgets.draw import (
    correct,
    many_reading,
    problem,
    sections,
    sheets,
    source,
    verdict,
)
from dashboard.widgets.draw.layout import Places
from dashboard.widgets.draw.many_reading import Written

ONE: Final = "One character"
MANY: Final = "Number or word"

MAX_BUTTONS: Final = 12
"""More characters are chosen from a list."""


def pick_mode() -> bool:
    """Let the viewer choose what is read; links carry it.

    Returns:
        Whether it is a number or a word.
    """
    chosen = st.segmented_control(
        "Read",
        [ONE, MANY],
        default=ONE,
        required=True,
        key=state.READ_AS,
        **state.LINKED,
        label_visibility="collapsed",
    )
    return chosen == MANY


def show(run: Run, spec: DatasetSpec) -> None:
    """Read a number or a word, and show each of its characters.

    Args:
        run: A run with a model.
        spec: The data set that it learned from.

    Raises:
        PictureError: If the browser sent what is no drawing.
    """
    places = Places.on_page((3, 2))
    reader = Reader(run, spec, reads_many=True)
    material = source.material(places, reader, sheet=sheets.MANY)
    if material is None:
        with places.prediction:
            source.invite("what it says", thing="a number or a word")
        return
    written = None
    with places.prediction, problem.in_its_place(material):
        written = many_reading.read(run, spec, material)
        _headline(written)
    if written is None:
        return
    chosen = _chosen(len(written.reading.characters))
    # On a phone they stand where the answer does, before the tools.
    with places.prediction if services.is_phone() else st.container():
        _boxes(written, chosen)
        _picker(written)
    _card(written, chosen)


def _headline(written: Written) -> None:
    """Show the text, and of how much of it the run is sure."""
    reading, classes = written.reading, written.spec.classes
    num_lines = len(reading.lines)
    st.caption("Reads" if num_lines == 1 else f"Reads, in {num_lines} lines")
    for line in reading.text(classes).splitlines():
        st.header(words.literal(line), anchor=False)
    characters = reading.characters
    least = min(range(len(characters)), key=lambda at: characters[at].answer.confidence)
    doubtful = characters[least]
    st.caption(
        f"{words.count(len(characters), 'character').capitalize()} in "
        f"{written.material.origin}. "
        + (
            f"Least certain: the {words.ordinal(least + 1)}, "
            f"{words.literal(written.name(doubtful))}, "
            if len(characters) > 1
            else ""
        )
        + f"{words.confidence(doubtful.answer.confidence)}."
    )


def _boxes(written: Written, chosen: int) -> None:
    characters = written.reading.characters
    boxed = [
        BoxedCharacter(
            box=each.box,
            name=written.name(each),
            caption=f"Character {at}: {written.name(each)}, "
            f"{words.confidence(each.answer.confidence)}",
        )
        for at, each in enumerate(characters, start=1)
    ]
    figure.show(
        boxed_figure(
            written.picture, boxed, selected=chosen, palette=services.palette()
        ),
        key="boxed_characters",
        alt=f"{words.count(len(boxed), 'character')} in boxes, read as "
        f"{written.reading.text(written.spec.classes)}",
        on_click=_choose,
    )


def _choose(hit: Hit) -> None:
    st.session_state[state.CHARACTER] = hit.index


def _chosen(count: int) -> int:
    """Return the position of the chosen character; the first of other writing."""
    chosen = st.session_state.get(state.CHARACTER)
    if not isinstance(chosen, int) or not 0 <= chosen < count:
        st.session_state[state.CHARACTER] = 0
        return 0
    return chosen


def _picker(written: Written) -> None:
    """Let the viewer choose a character without a pointer."""
    characters = written.reading.characters

    def name(at: int) -> str:
        return f"{at + 1}: {words.literal(written.name(characters[at]))}"

    options = list(range(len(characters)))
    if len(characters) > MAX_BUTTONS:
        st.selectbox(
            "Character",
            options,
            format_func=lambda at: f"{at + 1}: {written.name(characters[at])}",
            key=state.CHARACTER,
            width=240,
        )
    elif len(characters) > 1:
        st.segmented_control(
            "Character",
            options,
            required=True,
            format_func=name,
            key=state.CHARACTER,
            wrap=True,
        )


def _card(written: Written, chosen: int) -> None:
    """Show what the run says about one character, with all sections about it."""
    answered = many_reading.answered(written, chosen)
    name = words.literal(written.name(written.reading.characters[chosen]))
    with st.container(border=True):
        st.subheader(
            f"Character {chosen + 1}: {name}, "
            f"{words.confidence(answered.answer.confidence)}",
            anchor=False,
        )
        # The first of the sections shows its model input.
        likely_classes(
            answered.answer.probabilities,
            answered.classes,
            true=None,
            key="character_bars",
            alt=f"Probability of each class for character {chosen + 1}",
        )
        verdict.show(answered)
        correct.show(answered, key="correct_character", clears=False)
        sections.show(answered)
