"""Grids under way on Train: how often their storage is asked."""

import pytest

from core.errors import StudyStoreError, UnknownStudyError
from core.tuning import storage
from dashboard.widgets.train import grid_studies


def test_a_storage_that_does_not_answer_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each time takes five seconds, for which every rerun of the page would wait."""
    asked: list[str] = []

    def load(name: str) -> None:
        asked.append(name)
        message = "Expected the studies to answer."
        raise StudyStoreError(message)

    monkeypatch.setattr(storage, "load", load)

    for _ in range(2):
        with pytest.raises(StudyStoreError, match="studies to answer"):
            grid_studies.read(["a"])

    assert asked == ["a"]


def test_an_answer_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next look shows what has become of the trials."""
    asked: list[str] = []

    def load(name: str) -> None:
        asked.append(name)
        message = "Expected a study."
        raise UnknownStudyError(message)

    monkeypatch.setattr(storage, "load", load)

    assert grid_studies.read(["a"]) == grid_studies.read(["a"]) == ()
    assert asked == ["a", "a"]
