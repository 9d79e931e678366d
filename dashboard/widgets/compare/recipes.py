"""What differs in the recipes of some runs, and what they reached."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from core.config import differing_settings
from core.config.controls import title_of
from core.proportion import percent
from core.records import Run
from dashboard import words
from dashboard.widgets.compare import run_choice

NOTHING: Final = "\u2013"


def differences(chosen: Sequence[Run]) -> None:
    """Show the results of some runs, and the settings in which they differ."""
    st.subheader("Results and recipes", anchor=False)
    titles = run_choice.titles(chosen)
    rows = _results(chosen) | {
        title_of(name): tuple(words.literal(str(value)) for value in values)
        for name, values in differing_settings([run.config for run in chosen]).items()
    }
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=list(map(words.literal, titles))
    )
    st.table(
        table.replace("", NOTHING),
        alt="Results of the selected runs, and the settings in which they differ",
    )
    st.caption("Results and the settings that differ. All other settings are the same.")


def _results(chosen: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    scores = [run.scores for run in chosen]
    shares = [each.accuracy for each in scores]
    return {
        "Test accuracy": tuple(percent(each.value) if each else "" for each in shares),
        "95 % interval": tuple(
            f"{words.interval(each)} %" if each else "" for each in shares
        ),
        "Test images": tuple(f"{each.total:,}" if each else "" for each in shares),
        "Best epoch": tuple(str(each.best_epoch or "") for each in scores),
        "Training time": tuple(
            words.duration(each.train_seconds) if each.train_seconds else ""
            for each in scores
        ),
    }
