"""Where studies are kept: a SQLite file in the home, or what INKLAB_STUDIES names."""

import functools
import logging
import os
from collections.abc import Mapping
from typing import Final

import optuna
from optuna.exceptions import DuplicatedStudyError
from optuna.storages import BaseStorage, RDBStorage, get_storage
from sqlalchemy.engine import make_url

from core import addresses, settings
from core.errors import (
    ConfigError,
    RunStoreError,
    SchemaError,
    StudyError,
    StudyStoreError,
    UnknownStudyError,
)
from core.runs import server
from core.tuning import samplers, space
from core.tuning import spec as specs
from core.tuning.spec import MAXIMIZED, StudySpec
from core.tuning.store_errors import plain_errors
from core.tuning.study import SPEC, Study

SECONDS: Final = 20
"""So long a locked SQLite file is waited for."""

WAIT_SECONDS: Final = 5.0
"""So long a server is waited for, which other pages do not need."""

_logger: Final = logging.getLogger(__name__)

_TIMEOUTS: Final[Mapping[str, str]] = {
    "pg8000": "timeout",
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pymysql": "connect_timeout",
    "mysqldb": "connect_timeout",
}
"""What the drivers of databases call the time to wait for an answer."""


def exists() -> bool:
    """Whether there may be studies, without opening or making their storage."""
    path = addresses.database_of(settings.studies_uri())
    return path is None or path.exists()


@settings.changes
def create(name: str, spec: StudySpec) -> Study:
    """Make a study; it has no trials yet, but those of a grid, which wait.

    Args:
        name: What to call it; no other study may have this name.
        spec: What it is to do.

    Raises:
        StudyError: If it cannot be made so, or there is one of this name.
        StudyStoreError: If the storage does not answer.
    """
    name = specs.check_name(name)
    specs.check(spec)
    with plain_errors(name):
        try:
            made = optuna.create_study(
                storage=_storage(),
                study_name=name,
                directions=[
                    "maximize" if each in MAXIMIZED else "minimize"
                    for each in spec.objectives
                ],
                pruner=samplers.pruner_of(spec),
            )
        except DuplicatedStudyError as error:
            message = (
                f"Expected a name that no study has, got {name!r}. Choose another one."
            )
            raise StudyError(message) from error
        made.set_user_attr(SPEC, spec.to_json())
    study = Study(made)
    if spec.sampler == "grid":
        for params in space.grid(spec.space, spec.base):
            study.enqueue(params)
    return study


def load(name: str) -> Study:
    """Return a study by name.

    Raises:
        UnknownStudyError: If there is none.
        StudyStoreError: If the storage does not answer, or another program made it.
    """
    with plain_errors(name):
        found = optuna.load_study(study_name=name, storage=_storage())
    study = Study(found)
    found.pruner = samplers.pruner_of(study.spec)
    return study


def load_all() -> tuple[Study, ...]:
    """Return all studies, the newest first.

    Those of other programs are left out, and so are those of newer versions.

    Raises:
        StudyStoreError: If the storage does not answer.
    """
    if not exists():
        return ()
    with plain_errors():
        summaries = optuna.get_all_study_summaries(_storage(), include_best_trial=False)
    ours = [each for each in summaries if SPEC in each.user_attrs]
    ours.sort(key=lambda each: each._study_id, reverse=True)  # noqa: SLF001 - the only order
    found = []
    for each in ours:
        try:
            found.append(load(each.study_name))
        except (SchemaError, ConfigError) as error:
            _logger.warning("Study %r is left out: %s", each.study_name, error)
        except UnknownStudyError:
            # It was deleted since they were listed.
            continue
    return tuple(found)


@settings.changes
def delete(name: str) -> None:
    """Delete a study with all that is known of its trials; their runs stay.

    Raises:
        UnknownStudyError: If there is none.
    """
    with plain_errors(name):
        optuna.delete_study(study_name=name, storage=_storage())


def _storage() -> BaseStorage:
    uri = settings.studies_uri()
    _check_answers(uri)
    if settings.is_read_only() and not exists():
        message = f"Expected studies in {uri}, got none. {settings.READ_ONLY}."
        raise StudyStoreError(message)
    return _opened(uri, os.getpid())


def _check_answers(uri: str) -> None:
    """See that a server answers, before a driver tries for minutes."""
    if server.name_of(uri):
        try:
            server.wait_for(uri, seconds=WAIT_SECONDS, what=server.STUDIES)
        except RunStoreError as error:
            raise StudyStoreError(str(error)) from error


@functools.lru_cache(maxsize=4)
def _opened(
    uri: str,
    process: int,  # noqa: ARG001 - a connection must not be shared by processes
) -> BaseStorage:
    optuna.logging.set_verbosity(logging.WARNING)
    if addresses.database_of(uri) is not None:
        arguments: dict[str, object] = {"connect_args": {"timeout": SECONDS}}
    else:
        driver = make_url(uri).get_driver_name()
        name = _TIMEOUTS.get(driver)
        limit = {"connect_args": {name: WAIT_SECONDS}} if name else {}
        arguments = {"pool_pre_ping": True, **limit}
    return get_storage(RDBStorage(uri, engine_kwargs=arguments))
