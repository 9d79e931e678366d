"""Where studies are kept, and what is said when that cannot be used."""

import contextlib
import gc
import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from core import addresses
from core.config import TrainingConfig
from core.errors import SchemaError, StudyError, StudyStoreError, UnknownStudyError
from core.tuning import storage
from core.tuning.space import Range, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import SPEC

STUDY = StudySpec(
    base=TrainingConfig(epochs=2),
    space=SearchSpace(varied={"learning_rate": Range(low=0.001, high=0.01)}),
)
NAMES = ("plain", "50 % / 'wide' \"x\"", "\U0001f680 1", "a/b?c#d&e=f")


@pytest.fixture
def database(studies_home: Path) -> Path:
    """Return the file of the studies of this test."""
    return studies_home / "studies.db"


@pytest.mark.usefixtures("studies_home")
@pytest.mark.parametrize("name", NAMES)
def test_a_study_is_found_by_any_name(name: str) -> None:
    made = storage.create(f" {name} ", STUDY)

    assert storage.load(name).spec == STUDY
    assert made.name == name
    storage.delete(name)
    with pytest.raises(UnknownStudyError, match="there is none, or it was deleted"):
        storage.load(name)


@pytest.mark.usefixtures("studies_home")
def test_the_newest_study_is_listed_first() -> None:
    for name in NAMES:
        storage.create(name, STUDY)

    assert [each.name for each in storage.load_all()] == list(reversed(NAMES))


@pytest.mark.usefixtures("studies_home")
def test_a_name_is_given_once() -> None:
    storage.create("a", STUDY)

    with pytest.raises(StudyError, match="a name that no study has, got 'a'"):
        storage.create("a ", STUDY)


def test_nothing_is_made_to_see_that_there_is_nothing(home: Path) -> None:
    """Every page of a newcomer asks."""
    assert not storage.exists()
    assert storage.load_all() == ()
    assert not (home / "studies.db").exists()


def test_a_study_of_a_newer_version_hides_no_other(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By its own name it says what it is."""
    for name in ("old", "newer", "new"):
        storage.create(name, STUDY)
    newer = json.dumps({**json.loads(STUDY.to_json()), "schema": 2})
    uri = addresses.of_database(database)
    optuna.load_study(study_name="newer", storage=uri).set_user_attr(SPEC, newer)

    assert [each.name for each in storage.load_all()] == ["new", "old"]
    assert "'newer' is left out: Expected a search space of schema 1" in caplog.text
    with pytest.raises(SchemaError, match="schema 1, got 2"):
        storage.load("newer")


def test_studies_of_other_programs_are_left_alone(database: Path) -> None:
    optuna.create_study(storage=addresses.of_database(database), study_name="theirs")

    assert storage.load_all() == ()
    with pytest.raises(UnknownStudyError):
        storage.load("theirs")


def test_a_storage_of_another_version_says_so(database: Path) -> None:
    """Optuna's own words, and what to look at."""
    with contextlib.closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("UPDATE version_info SET schema_version = 999")
        opened.execute("UPDATE alembic_version SET version_num = 'v9.9.9'")
    # As a process that opens it now.
    storage._opened.cache_clear()  # noqa: SLF001 - nothing else opens it twice

    with pytest.raises(StudyStoreError, match="of this version") as error:
        storage.load_all()
    assert "version" in str(error.value).split("but: ")[1].split("Check")[0]


def test_a_broken_file_says_so(home: Path) -> None:
    home.mkdir()
    (home / "studies.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(StudyStoreError, match="but: file is not a database"):
        storage.load_all()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Give the port of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_server_that_is_not_there_is_told_within_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storage, "WAIT_SECONDS", 0.2)
    monkeypatch.setenv("INKLAB_STUDIES", "postgresql+pg8000://me:secret@127.0.0.1:1/x")

    with pytest.raises(StudyStoreError, match="database of the studies") as error:
        storage.load_all()
    assert "secret" not in str(error.value)


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket")
def test_a_server_that_never_answers_is_told_within_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A proxy takes the connection, and nobody is behind it."""
    monkeypatch.setattr(storage, "WAIT_SECONDS", 0.5)
    with silent_server() as port:
        address = f"postgresql+pg8000://me:secret@127.0.0.1:{port}/x"
        monkeypatch.setenv("INKLAB_STUDIES", address)

        with pytest.raises(StudyStoreError) as error:
            storage.load_all()
    message = str(error.value)
    assert "secret" not in message
    # The driver leaves its socket to the collector, which complains of it.
    del error
    gc.collect()


@pytest.mark.parametrize("address", ["nonsense", "nosuch://127.0.0.1/x"])
def test_an_address_that_is_none_is_told(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLAB_STUDIES", address)

    with pytest.raises(StudyStoreError, match="INKLAB_STUDIES is right"):
        storage.load_all()
