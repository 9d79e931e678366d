"""What goes wrong with the storage of studies, in plain words."""

import contextlib
from collections.abc import Iterator

import optuna
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StudyStoreError, UnknownStudyError


@contextlib.contextmanager
def plain_errors(name: str = "") -> Iterator[None]:
    """Raise what goes wrong with the storage of studies in plain words.

    Args:
        name: Of the study that is read or written; empty for all.

    Raises:
        UnknownStudyError: If the study is gone.
        StudyStoreError: If the storage does not answer.
    """
    try:
        yield
    except KeyError as error:
        raise unknown(name) from error
    except (
        SQLAlchemyError,
        OSError,
        ImportError,
        optuna.exceptions.OptunaError,
        RuntimeError,
    ) as error:
        message = (
            f"Expected the storage of the studies to answer, but: {_problem(error)}. "
            "Check that it is available and of this version, and that INKLAB_STUDIES "
            "is right."
        )
        raise StudyStoreError(message) from error


def unknown(name: str) -> UnknownStudyError:
    """Say that there is no such study."""
    message = (
        f"Expected the name of a study, got {name!r}: there is none, or it was "
        "deleted. `python -m core tune list` shows all."
    )
    return UnknownStudyError(message)


def _problem(error: BaseException) -> str:
    """Return the first line of what went wrong first; Optuna wraps it."""
    while isinstance(error, optuna.exceptions.StorageInternalError) and error.__cause__:
        error = error.__cause__
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return next(iter(lines), type(error).__name__).rstrip(". ")
