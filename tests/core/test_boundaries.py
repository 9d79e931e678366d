"""What may be loaded where, looked at in a fresh interpreter.

import-linter reads the source; this sees what other libraries pull in too.
"""

import subprocess
import sys
from pathlib import Path

import core
from core.config import FAMILIES

REPOSITORY = Path(core.__file__).parents[1]

IMPORT_ALL = """
import importlib, pkgutil, sys

def names(package):
    module = importlib.import_module(package)
    yield package
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        yield found.name

packages, skipped = sys.argv[1].split(","), tuple(sys.argv[2].split(","))
for package in packages:
    for name in names(package):
        if not name.startswith(skipped) and not name.endswith("__main__"):
            importlib.import_module(name)
            print("imported", name)
for name in sorted({name.split(".")[0] for name in sys.modules}):
    print("loaded", name)
"""


def imported_and_loaded(*packages: str, skip: str) -> tuple[set[str], set[str]]:
    """Import all modules of packages; return their names and what they pulled in."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, ",".join(packages), skip],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        text=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    ours = {words[1] for words in lines if words[0] == "imported"}
    theirs = {words[1] for words in lines if words[0] == "loaded"}
    return ours, theirs


def test_core_knows_no_screen() -> None:
    """It is used from terminals and notebooks, and in a worker of many."""
    ours, theirs = imported_and_loaded("core", skip="none")

    assert {"core.cli", "core.training.engine", "core.runs.store"} <= ours
    assert {"tensorflow", "mlflow"} <= theirs
    assert not theirs & {"streamlit", "plotly"}


def test_the_web_process_knows_no_tensorflow() -> None:
    """It takes half a gigabyte and seconds, and slows every page afterwards."""
    ours, theirs = imported_and_loaded(
        "core",
        "dashboard",
        skip="core.models,core.training.augment,core.training.combine,"
        "core.training.dead_units,core.training.dropout,core.training.engine,"
        "core.training.fine_tune,core.training.prefetch,core.training.reference,"
        "core.training.loop,core.training.optimizers,core.training.train,"
        "dashboard.pages.",
    )

    assert {"core.jobs.executor", "dashboard.services"} <= ours
    assert {"streamlit", "plotly", "mlflow"} <= theirs
    assert not theirs & {"tensorflow", "keras", "onnx", "sklearn"}


def test_only_the_configuration_knows_families_of_networks() -> None:
    """So a new family is one module and a line, and forgotten nowhere."""
    names = [family.__name__ for family in FAMILIES.values()]
    sources = [
        path
        for folder in ("core", "dashboard")
        for path in (REPOSITORY / folder).rglob("*.py")
        if (REPOSITORY / "core" / "config") not in path.parents
    ]
    texts = {path: path.read_text(encoding="utf-8") for path in sources}

    assert len(sources) > 100
    assert [
        str(path) for path in sources for name in names if name in texts[path]
    ] == []
