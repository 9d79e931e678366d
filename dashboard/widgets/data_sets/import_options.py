"""What a viewer decides about an import: how it is read, and what it is called."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import streamlit as st

from core.datasets.importing.source import (
    MAX_TEST_SHARE,
    MIN_TEST_SHARE,
    ImportOptions,
)
from core.datasets.spec import MAX_SIDE, MIN_SIDE
from core.types import InkStyle
from dashboard import imports, services, words
from dashboard.charts import previews
from dashboard.imports import Recognised
from dashboard.widgets.data_sets import import_preview, wording

Orientation = Literal["recognised", "as-they-lie", "exchanged"]

_ORIENTATIONS: Final[dict[Orientation, bool | None]] = {
    "recognised": None,
    "as-they-lie": False,
    "exchanged": True,
}
_ORIENTATION_TITLES: Final[dict[Orientation, str]] = {
    "recognised": "As recognised",
    "as-they-lie": "As they lie in the file",
    "exchanged": "Rows and columns exchanged",
}
_DEFAULTS: Final = ImportOptions()
_STYLE: Final = "import_style"
_SIDE: Final = "import_side"
_SHARE: Final = "import_share"
_SEED: Final = "import_seed"
_ORIENTATION: Final = "import_orientation"
_PROBLEMS: Final = "import_problems"
_NUM_SHOWN_BOTH_WAYS: Final = 8
_STYLE_WIDTH: Final = 56


def chosen(paths: Sequence[Path], split: str | None) -> ImportOptions:
    """Return what the controls of this session say, before they are shown.

    What they say decides what is recognised, and that decides which of them there are.
    """
    held = st.session_state.get
    side = held(key_of(_SIDE, paths))
    orientation: Orientation = held(key_of(_ORIENTATION, paths)) or "recognised"
    return ImportOptions(
        split=split,
        ink_style=held(key_of(_STYLE, paths)),
        image_shape=None if side is None else (side, side),
        test_share=(held(key_of(_SHARE, paths)) or round(100 * _DEFAULTS.test_share))
        / 100,
        seed=held(key_of(_SEED, paths)) or _DEFAULTS.seed,
        transposed=_ORIENTATIONS[orientation],
        on_problem=held(key_of(_PROBLEMS, paths)) or _DEFAULTS.on_problem,
    )


def ask(paths: Sequence[Path], found: Recognised, options: ImportOptions) -> None:
    """Show the controls of how the files are read; see `chosen`."""
    if found.has_pictures:
        _ask_style(paths, found)
    else:
        _ask_orientation(paths, found, options)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if found.has_pictures:
            st.number_input(
                "Image size",
                MIN_SIDE,
                MAX_SIDE,
                value=None,
                placeholder=str(found.source.facts.image_shape[0]),
                key=key_of(_SIDE, paths),
                width=160,
                persist_state="page",
                help="Side of an image in pixels. 28 is usual, and what networks for "
                "MNIST are made for; more pixels train longer.",
            )
        if found.is_split_here:
            st.number_input(
                "Test images, %",
                round(100 * MIN_TEST_SHARE),
                round(100 * MAX_TEST_SHARE),
                value=round(100 * _DEFAULTS.test_share),
                key=key_of(_SHARE, paths),
                width=160,
                persist_state="page",
                help="No test images are marked, so this share of the images of each "
                "class is set aside at random.",
            )
            st.number_input(
                "Seed",
                0,
                value=_DEFAULTS.seed,
                key=key_of(_SEED, paths),
                width=160,
                persist_state="page",
                help="The same seed sets the same images aside.",
            )


def ask_about_problems(paths: Sequence[Path]) -> None:
    """Let the viewer choose what becomes of images that cannot be used."""
    st.radio(
        "Images that cannot be used",
        ("leave-out", "refuse"),
        format_func={
            "leave-out": "Leave them out, and list how many and why",
            "refuse": "Import nothing if there are any",
        }.__getitem__,
        key=key_of(_PROBLEMS, paths),
        persist_state="page",
    )


def key_of(name: str, paths: Sequence[Path]) -> str:
    """Return the key of a control, so that other files start with the defaults."""
    return f"{name}_{'|'.join(map(str, paths))}"


def _ask_style(paths: Sequence[Path], found: Recognised) -> None:
    facts = found.source.facts
    st.radio(
        "Ink style",
        (None, *imports.STYLES),
        format_func=lambda style: _style_title(style, facts.ink_style),
        key=key_of(_STYLE, paths),
        horizontal=True,
        persist_state="page",
        help="How a picture becomes an image. What one draws on Draw goes the same way "
        "to a network that was trained on this data set.",
    )
    sample = found.samples[0] if found.samples else None
    if sample is None:
        return
    examples = imports.in_each_style(sample, facts.image_shape)
    for style, glyph in examples.items():
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.image(
                previews.pair(None, glyph, palette=services.palette()),
                width=_STYLE_WIDTH,
                alt=f"The first picture in {wording.STYLE_TITLES[style]} style",
            )
            st.caption(f"**{wording.STYLE_TITLES[style]}** {wording.STYLE_HELP[style]}")


def _style_title(style: InkStyle | None, recognised: InkStyle) -> str:
    if style is None:
        return f"As recognised ({wording.STYLE_TITLES[recognised]})"
    return wording.STYLE_TITLES[style]


def _ask_orientation(
    paths: Sequence[Path], found: Recognised, options: ImportOptions
) -> None:
    doubt = imports.suspicion(paths, options)
    if doubt is not None and doubt.looks_transposed:
        st.warning(
            f"{words.literal(str(doubt))} Which way do they stand upright?",
            title="Rows and columns may be exchanged",
            icon=":material/screen_rotation:",
        )
        import_preview.both_ways(
            found.samples[:_NUM_SHOWN_BOTH_WAYS], palette=services.palette()
        )
    st.radio(
        "Orientation",
        tuple(_ORIENTATIONS),
        format_func=_ORIENTATION_TITLES.__getitem__,
        key=key_of(_ORIENTATION, paths),
        horizontal=True,
        persist_state="page",
        help="EMNIST's files have rows and columns exchanged, which is recognised by "
        "their names. The preview shows the images as they would be imported.",
    )
    st.radio(
        "Ink style",
        (None, *imports.STYLES),
        format_func=lambda style: _style_title(style, found.source.facts.ink_style),
        key=key_of(_STYLE, paths),
        horizontal=True,
        persist_state="page",
        help="How the images were made from ink. They stay as they are; drawings and "
        "photos are brought into this style. "
        + " ".join(
            f"{wording.STYLE_TITLES[style]}: {wording.STYLE_HELP[style]}"
            for style in imports.STYLES
        ),
    )
