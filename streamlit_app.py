"""Inklab in the browser: page setup and navigation.

The server imports this file to learn what else it serves, and runs it for each page.
"""

import streamlit as st

if __name__ == "__main__":
    from dashboard import services
    from dashboard.widgets.common import page_frame

    st.set_page_config(
        page_title="Inklab", page_icon="dashboard/icon.png", layout="wide"
    )
    services.start()
    page_frame.run(st.navigation(page_frame.pages()))
else:
    from dashboard import assets

    app = st.App(__file__, routes=assets.routes())
