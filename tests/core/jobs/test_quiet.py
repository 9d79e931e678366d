"""Native remarks are kept back, but nothing that explains an error."""

import os

import pytest

from core.jobs.quiet import without_remarks


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
