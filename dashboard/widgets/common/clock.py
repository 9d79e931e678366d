"""What time it is for whoever looks at the page."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def now() -> datetime:
    """Return the time in the viewer's time zone, as far as the browser tells it."""
    try:
        return datetime.now(ZoneInfo(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Zones are files: "Europe" is a folder, and a name may be too long for one.
        return datetime.now(UTC)
