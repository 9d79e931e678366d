"""Addresses of files: what is written is what the libraries read."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient
from sqlalchemy.engine import make_url

from core import addresses, settings
from core.config import TrainingConfig
from core.runs import open_store

NAMES = [
    *("plain", "my runs", "my%20runs", "my%2520runs", "feature%2Fx", "%2e%2e", "100%"),
    *("50 % off", "a+b&c=d", "what?", "a?mode=memory", "#1", "ünïcode 手書き", "%zz%"),
    *("it's", 'say "hello"', "a;b", "user@host:80", "[v6]", "C:\\runs", "file:x"),
    *("new\nline", "tab\t", "\x7f", "~", "$HOME", "*"),
]


@pytest.mark.parametrize("name", NAMES)
def test_database_is_found_again_by_its_address(name: str) -> None:
    """By us, and by SQLAlchemy, which MLflow opens it with."""
    path = Path("/some where") / name / "runs.db"

    address = addresses.of_database(path)

    assert addresses.database_of(address) == path
    assert make_url(address).database == str(path)
    assert not make_url(address).query


def test_any_name_has_an_address() -> None:
    """Names made of what has a meaning somewhere, and of what follows it."""
    generator = random.Random(0)  # noqa: S311 - no secret
    letters = "%?#&=+ :/@[]\\'\"~.aF20éß手\n\t"
    for _ in range(2000):
        name = "".join(generator.choices(letters, k=generator.randrange(1, 12)))
        path = Path("/") / name / "runs.db"
        address = addresses.of_database(path)

        assert addresses.database_of(address) == path, name
        assert make_url(address).database == str(path), name
        assert addresses.folder_of(path.as_uri()) == path, name


@pytest.mark.parametrize(
    "address",
    [
        *("sqlite:////a/my%20runs.db", "sqlite:///here.db", "sqlite:////a/b?timeout=9"),
        *("sqlite+pysqlite:////a/50%25.db", "sqlite:////a/%zz"),
    ],
)
def test_address_that_somebody_wrote_is_read_as_sqlalchemy_reads_it(
    address: str,
) -> None:
    """Otherwise one file would be made ready and another one opened."""
    assert addresses.database_of(address) == Path(make_url(address).database)


@pytest.mark.parametrize(
    "address",
    [
        *("http://runs:5000", "postgresql://host/base", "sqlite://", "sqlite:///"),
        *("sqlite:///:memory:", "sqlite:///file:/a/b?mode=ro&uri=true", "/a/b", ""),
    ],
)
def test_address_of_no_file_names_none(address: str) -> None:
    """A server, or what SQLite keeps in memory."""
    assert addresses.database_of(address) is None


def test_folder_elsewhere_is_none_of_ours() -> None:
    """Artifacts may be in a bucket."""
    assert addresses.folder_of("s3://bucket/a") is None


@pytest.mark.parametrize("name", ["a?b#c %41 d", "%2e%2e"])
def test_file_that_is_gone_is_not_made(tmp_path: Path, name: str) -> None:
    """And one that is there is opened, whatever it is called."""
    path = tmp_path / name
    address = addresses.of_existing_database(path)

    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(address, uri=True)

    path.touch()
    with closing(sqlite3.connect(address, uri=True)) as database:
        database.execute("CREATE TABLE ours (x)")
    assert path.stat().st_size > 0
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name",
    ["feature%2Fx", "%2e%2e", "what?", "手\n'\""],
    ids=["of a branch", "above", "a query", "any characters"],
)
def test_new_home_opens_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path, name: str
) -> None:
    """With its files in it, and nothing beside it."""
    home = tmp_path / "all" / name
    home.mkdir(parents=True)
    (home / "runs.db").write_bytes(empty_database.read_bytes())
    monkeypatch.setenv("INKLAB_HOME", str(home))
    store = open_store()
    run_id = store.create(TrainingConfig(), name="here")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "card.md").write_text("card")

    MlflowClient(settings.tracking_uri()).log_artifacts(run_id, str(tmp_path / "files"))

    assert [run.id for run in open_store().runs()] == [run_id]
    assert store.artifact(run_id, "card.md").is_relative_to(home / "artifacts")
    assert list((tmp_path / "all").iterdir()) == [home]


def test_tables_of_a_home_with_percent_signs_are_made_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow made them elsewhere, and tried for two minutes to find them."""
    home = tmp_path / "all" / "a%2Fb"
    monkeypatch.setenv("INKLAB_HOME", str(home))

    assert open_store().runs() == ()

    assert sorted(path.name for path in home.iterdir()) == ["runs.db", "runs.db.lock"]
    assert list((tmp_path / "all").iterdir()) == [home]


def test_homes_side_by_side_do_not_touch_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path
) -> None:
    """A copy called `my%20runs` wrote and deleted the runs of `my runs`."""
    runs = {}
    for name in ("my runs", "my%20runs", "my%2520runs"):
        home = tmp_path / name
        home.mkdir()
        (home / "runs.db").write_bytes(empty_database.read_bytes())
        monkeypatch.setenv("INKLAB_HOME", str(home))
        runs[name] = open_store().create(TrainingConfig(), name=name)
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "my%20runs"))
    open_store().delete(runs["my%20runs"])

    for name, left in {"my runs": 1, "my%20runs": 0, "my%2520runs": 1}.items():
        monkeypatch.setenv("INKLAB_HOME", str(tmp_path / name))
        assert len(open_store().runs()) == left
