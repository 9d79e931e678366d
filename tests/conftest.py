"""What every test may rely on: a home of its own, and no run store of the user."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an Inklab home of its own, and forget the user's run store."""
    folder = tmp_path / "home"
    monkeypatch.setenv("INKLAB_HOME", str(folder))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return folder
