"""Studies of a home that is made once: Optuna's tables take half a second."""

import shutil
from pathlib import Path

import pytest

from core import addresses, settings
from core.tuning import storage


@pytest.fixture(scope="session")
def empty_studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables of a storage of studies once."""
    path = tmp_path_factory.mktemp("studies") / "studies.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_STUDIES", addresses.of_database(path))
        storage.open_now()
    return path


@pytest.fixture
def studies_home(home: Path, empty_studies: Path) -> Path:
    """Give a home that has an empty storage of studies."""
    home.mkdir(exist_ok=True)
    shutil.copyfile(empty_studies, addresses.database_of(settings.studies_uri()))
    return home
