"""What a process computes with, to tell where two of them differ."""

import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import core

_LIBRARIES: Final = {
    "TensorFlow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel"),
    "Keras": ("keras",),
    "NumPy": ("numpy",),
}


@functools.cache
def here() -> Mapping[str, str]:
    """Return the versions in this process, without importing the libraries."""
    found = {name: _version(names) for name, names in _LIBRARIES.items()}
    return {"Inklab": _inklab(), "Python": platform.python_version(), **found}


def differences(theirs: Mapping[str, str]) -> tuple[str, ...]:
    """Say in short clauses where another process differs from this one."""
    return tuple(
        f"{name} {theirs.get(name, 'unknown')} instead of {version}"
        for name, version in here().items()
        if theirs.get(name) != version
    )


def remark(theirs: object, *, worker: str) -> str:
    """Say what is wrong with a worker; empty if nothing is.

    Args:
        theirs: What `here` returned there, or the error that it raised.
        worker: What to call it.
    """
    if isinstance(theirs, ImportError):
        return cannot_import(theirs, worker=worker)
    if not isinstance(theirs, Mapping):
        return f"The worker {worker} does not answer: {theirs}"
    differing = "; ".join(differences(theirs))
    if not differing:
        return ""
    return (
        f"The worker {worker} has other versions than this server: {differing}. "
        "Results may differ; install the same versions on both."
    )


def cannot_import(error: ImportError, *, worker: str) -> str:
    """Say that a worker does not have what it needs."""
    return (
        f"Expected the workers of {worker} to have Inklab and its requirements, but "
        f"one says: {error}. Start it in Inklab's folder with PYTHONPATH=. and with "
        "what requirements-cluster.txt installs."
    )


def _version(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "not installed"


def _inklab() -> str:
    """Name this version of Inklab by its source: it is not an installed package."""
    folder = Path(core.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
