"""Native remarks are kept back, but no error; a library is hidden for a moment."""

import importlib.util
import os
import sys

import pytest

from core.jobs.tf_import import without_library, without_remarks


def test_native_remarks_are_kept_back(capfd: pytest.CaptureFixture[str]) -> None:
    """They are written past Python, to the number of the stream."""
    with without_remarks():
        os.write(2, b"the processor could do more\n")
    os.write(2, b"afterwards\n")

    assert capfd.readouterr().err == "afterwards\n"


def test_remarks_before_an_error_are_shown(capfd: pytest.CaptureFixture[str]) -> None:
    """They may be the only thing that tells why a library cannot be loaded."""

    @without_remarks()
    def load() -> None:
        os.write(2, b"illegal instruction\n")
        raise ImportError

    with pytest.raises(ImportError):
        load()

    assert capfd.readouterr().err == "illegal instruction\n"


def test_a_library_is_not_found_in_the_block_and_found_after_it() -> None:
    """The one that was already imported stays, or others would lose it."""
    sys.modules.pop("netrc", None)

    with without_library("netrc"), pytest.raises(ImportError):
        importlib.import_module("netrc")

    assert importlib.util.find_spec("netrc")
    with without_library("sys"):
        assert importlib.import_module("sys") is sys
