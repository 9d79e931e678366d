"""Inklab in the browser: page setup and navigation."""

import streamlit as st

from dashboard import services
from dashboard.widgets.common import page_frame

st.set_page_config(page_title="Inklab", page_icon="dashboard/icon.png", layout="wide")
services.start()
page_frame.run(st.navigation(page_frame.pages()))
