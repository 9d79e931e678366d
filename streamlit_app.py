"""Inklab in the browser: page setup and navigation."""

import streamlit as st

from dashboard import services
from dashboard.widgets import frame

st.set_page_config(page_title="Inklab", page_icon="dashboard/icon.png", layout="wide")
services.start()
frame.run(st.navigation(frame.pages()))
