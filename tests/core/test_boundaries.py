"""What may be loaded where, looked at in a fresh interpreter.

import-linter reads the source; this sees what other libraries pull in too.
"""

import subprocess
import sys
from pathlib import Path

import core

REPOSITORY = Path(core.__file__).parents[1]
NEEDS_TENSORFLOW = (
    "core.models",
    *("core.training.augment", "core.training.checkpoint", "core.training.combine"),
    *("core.training.dead_units", "core.training.engine", "core.training.loop"),
    *("core.training.optimizers", "core.training.train"),
)

IMPORT_ALL = """
import importlib, pkgutil, sys

def names(package):
    module = importlib.import_module(package)
    yield package
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        yield found.name

for package in ("core", "dashboard"):
    for name in names(package):
        if not name.startswith(tuple(sys.argv[1:])) and not name.endswith("__main__"):
            importlib.import_module(name)
            print("imported", name)
for name in sorted({name.split(".")[0] for name in sys.modules}):
    print("loaded", name)
"""


def test_the_web_process_knows_no_tensorflow() -> None:
    """It takes half a gigabyte and seconds, and slows every page afterwards."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *NEEDS_TENSORFLOW, "dashboard.pages."],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        text=True,
    )

    lines = [line.split() for line in done.stdout.splitlines()]
    ours = {words[1] for words in lines if words[0] == "imported"}
    theirs = {words[1] for words in lines if words[0] == "loaded"}
    assert {"core.jobs.executor", "dashboard.services"} <= ours
    assert {"streamlit", "plotly", "mlflow"} <= theirs
    assert not theirs & {"tensorflow", "keras", "onnx"}
