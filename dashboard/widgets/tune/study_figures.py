"""The figures of a study; only those of the open tab are made."""

from dashboard.studies import StudySnapshot


def show(study: StudySnapshot) -> None:
    """Show the figures."""
    del study
