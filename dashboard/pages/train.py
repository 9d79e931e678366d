"""Configure a training, start it, watch it, stop it."""

import streamlit as st

from core import presets
from dashboard import services, state, words
from dashboard.widgets import frame, live, recipe

frame.heading("Train", "Choose a recipe, start it, and watch the network learn.")

recipe_column, live_column = st.columns([3, 4], gap="medium")
with recipe_column, st.container(border=True):
    config = recipe.recipe()
    if config is not None:
        network = services.describe_network(config)
        st.markdown(f"**{network}**, {services.num_parameters(config):,} parameters")
        memory = words.size(services.training_bytes(config))
        st.caption(
            f"{services.num_multiplications(config):,} multiplications to read an "
            f"image, about {memory} of memory for a step."
        )
        if st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            key="start",
            width="stretch",
        ):
            name = presets.name_of(config, network=network)
            state.remember(state.WATCHED_RUN, services.start_run(config, name=name))

with live_column:
    everything = services.runs()
    run = services.watched_run(everything, state.text(state.WATCHED_RUN))
    if run is None:
        st.info(
            "No training yet. The curves of the first one will grow here: press "
            "Start training.",
            icon=":material/info:",
        )
    else:
        live.live_view(run)
        live.continuation(run)
    if waiting := services.num_waiting(everything):
        st.caption(f"Queue: {waiting} waiting")
