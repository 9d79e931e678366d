"""Configure a training, see what it will do, start, watch, stop and continue it."""

import contextlib

import streamlit as st

from core.errors import ConfigError
from dashboard import services, state
from dashboard.widgets.common import (
    dataset_picker,
    page_frame,
    preset_saving,
    read_only,
)
from dashboard.widgets.train import (
    grid_studies,
    live_run,
    queue,
    recipe_form,
    recipe_preview,
    recipe_state,
    try_values,
)

page_frame.heading("Train", "Choose a recipe, start it, and watch the network learn.")


def start() -> None:
    """Start what the settings say; the page shows why if that cannot be."""
    with page_frame.plain_errors(), contextlib.suppress(ConfigError):
        live_run.start(recipe_state.as_sent().config)


dataset_picker.pick_spec()
jobs = services.jobs()
everything = services.runs_of(jobs)
recipe_column, look_column = st.columns([3, 4], gap="medium")
with recipe_column, st.container(border=True):
    config = recipe_form.recipe()
    if config is not None:
        recipe_preview.cost(config, services.expected_time(config, everything))
        # A callback, because the next click may interrupt the page before it is here.
        st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            key="start",
            width="stretch",
            **read_only.guard(),
            on_click=start,
        )
        try_values.show(config, everything)
        preset_saving.save_button(
            config, key="train", on_saved=recipe_state.name_preset
        )

with look_column:
    live_tab, *plan_tabs = st.tabs(
        [state.LIVE, "Network", "Learning rate", "Augmentation", "Code"],
        key=state.TAB,
        on_change="rerun",
    )
    with live_tab:
        if live_tab.open:
            grid_studies.show(everything)
            live_run.newest(everything)
            queue.queue(jobs)
    shows = (
        recipe_preview.network,
        recipe_preview.rate,
        recipe_preview.augmentation,
        recipe_preview.code,
    )
    for tab, show in zip(plan_tabs, shows, strict=True):
        with tab:
            if not tab.open:
                recipe_preview.coming()
            elif config is not None:
                show(config)
