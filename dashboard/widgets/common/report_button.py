"""The report of a run as one file."""

import streamlit as st

from core.handover import bundle
from core.records import Run
from dashboard import services
from dashboard.report import parts


def show(run: Run) -> None:
    """Offer the report of a run with a model; it is made when it is asked for."""
    st.download_button(
        "Report",
        data=lambda: parts.report(services.store(), run),
        file_name=bundle.file_name(run).removesuffix(".zip") + ".html",
        mime="text/html",
        icon=":material/summarize:",
        key="report",
        on_click="ignore",
        help="One HTML file with interactive figures, to hand in or to mail: it needs "
        "no server and no network.",
    )
