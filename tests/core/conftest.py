"""A small MNIST and a run store that opens at once."""

import shutil
from pathlib import Path

import pytest
from optuna.storages import RDBStorage

from core import addresses
from core.datasets import catalog, store
from core.datasets.spec import BundledSpec
from core.datasets.store import Dataset
from core.runs import open_store
from core.runs.store import RunStore
from tests import small_data


@pytest.fixture(scope="session")
def small_mnist_files(tmp_path_factory: pytest.TempPathFactory) -> BundledSpec:
    """Write the small MNIST once."""
    return small_data.small_mnist(tmp_path_factory.mktemp("small-mnist"))


@pytest.fixture
def small_mnist(
    small_mnist_files: BundledSpec, monkeypatch: pytest.MonkeyPatch
) -> Dataset:
    """Put 600 and 200 images in the place of MNIST, in this process only."""
    monkeypatch.setattr(catalog, "_SPECS", (small_mnist_files,))
    return store.load("mnist")


@pytest.fixture
def run_store(home: Path, empty_database: Path) -> RunStore:
    """Open an empty run store in the home of this test."""
    home.mkdir(exist_ok=True)
    shutil.copyfile(empty_database, home / "runs.db")
    return open_store()


@pytest.fixture(scope="session")
def empty_studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables of a storage of studies once, which takes half a second."""
    path = tmp_path_factory.mktemp("studies") / "studies.db"
    RDBStorage(addresses.of_database(path)).remove_session()
    return path


@pytest.fixture
def studies_home(home: Path, empty_studies: Path) -> Path:
    """Give a home that has an empty storage of studies."""
    home.mkdir(exist_ok=True)
    shutil.copyfile(empty_studies, home / "studies.db")
    return home


@pytest.fixture
def no_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    """Export no real model.tflite: it takes half a second, most of a small training."""
    monkeypatch.setattr(
        "core.models.export.save_litert", lambda _, path: path.write_bytes(b"")
    )
    monkeypatch.setattr("core.models.export.check_litert", lambda *_, **__: None)
