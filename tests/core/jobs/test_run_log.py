"""The log of a run: all that was said, of bounded size, and never in the way."""

import os
import sys
from pathlib import Path

import pytest

from core.errors import ConfigError, TrainingStopped
from core.jobs import run_log
from core.jobs.run_log import MAX_BYTES, RunLog
from core.runs import logs
from tests.small_data import no_room, wait_until

RUN = "0123456789abcdef" * 2


def written() -> str:
    """Return what the log says now."""
    return logs.file_of(RUN).read_text(encoding="utf-8")


def test_what_inklab_says_has_the_time() -> None:
    with RunLog(RUN) as log:
        log.say("one", "two")

    first, second = written().splitlines()
    assert first.endswith(" one")
    assert second.endswith(" two")
    assert len(first) == len("2026-11-22 19:30:00 one")


def test_all_that_the_process_says_is_in_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """By Python or past it; afterwards it speaks to its terminal again."""
    with RunLog(RUN, captures_streams=True):
        sys.stdout.write("printed\n")
        sys.stderr.write("complained\n")
        os.write(2, b"native\n")
        os.write(1, b"native too\n")
    sys.stdout.write("afterwards\n")
    os.write(2, b"native afterwards\n")

    for said in ("printed", "complained", "native\n", "native too"):
        assert said in written()
    assert "afterwards" not in written()
    assert capfd.readouterr() == ("afterwards\n", "native afterwards\n")


def test_a_terminal_keeps_what_the_process_says(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Its bar must not go into a file that nobody watches."""
    with RunLog(RUN) as log:
        log.say("mine")
        os.write(2, b"yours\n")

    assert capfd.readouterr().err == "yours\n"
    assert "yours" not in written()


def test_an_error_is_written_with_its_traceback_and_raised() -> None:
    """The reason on the page says what; the log says where."""

    def break_down() -> None:
        with RunLog(RUN, captures_streams=True):
            message = "a defect"
            raise ConfigError(message)

    with pytest.raises(ConfigError):
        break_down()

    assert "Traceback (most recent call last)" in written()
    assert "in break_down" in written()
    assert written().endswith("ConfigError: a defect\n")


def test_a_stop_is_no_error() -> None:
    def stop() -> None:
        with RunLog(RUN):
            raise TrainingStopped

    with pytest.raises(TrainingStopped):
        stop()

    assert written().endswith("Stopped before a result was saved.\n")


def test_a_second_attempt_goes_on_in_the_same_log() -> None:
    for attempt in ("first", "second"):
        with RunLog(RUN) as log:
            log.say(attempt)

    assert [line.split()[-1] for line in written().splitlines()] == ["first", "second"]


def test_a_loop_that_chatters_cannot_fill_the_disk() -> None:
    """What began it and what came last tell most; it says how much is gone."""
    with RunLog(RUN, captures_streams=True) as log:
        log.say("the first words")
        for number in range(8):
            os.write(2, b"chatter\n" * 20_000)
            os.write(2, b"part %d\n" % number)
            wait_until(lambda: logs.file_of(RUN).stat().st_size <= MAX_BYTES)
        log.say("the last words")

    text = written()
    assert len(text) <= MAX_BYTES
    assert "the first words" in text
    assert text.endswith("the last words\n")
    assert text.count("bytes were cut here ...]") == 1
    cut = int(text.split("about ")[1].split(" bytes")[0].replace(",", ""))
    assert cut + len(text) == pytest.approx(8 * 160_007, abs=200 * 8)


@pytest.mark.parametrize("is_there", [True, False], ids=["grows", "begins"])
def test_a_full_disk_is_no_reason_to_fail(home: Path, *, is_there: bool) -> None:
    """A training of hours must not end for a line in its log."""
    if is_there:
        home.mkdir(parents=True)
        logs.file_of(RUN).parent.mkdir()
        logs.file_of(RUN).touch()

    with no_room(), RunLog(RUN, captures_streams=True) as log:
        log.say("nobody will read this")
        sys.stdout.write("nor this\n")
        sys.stderr.write("nor that\n")

    assert written() == ""


def test_a_home_that_is_gone_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "file" / "home"))

    with RunLog(RUN, captures_streams=True) as log:
        log.say("nobody will read this")


def test_a_log_that_is_cut_while_somebody_writes_stays_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lines are appended where the file ends, also after it became shorter."""
    monkeypatch.setattr(run_log, "MAX_BYTES", 4_000)
    monkeypatch.setattr(run_log, "KEPT_BYTES", 1_000)
    with RunLog(RUN) as log:
        for number in range(400):
            log.say(f"line {number}")

    numbers = [int(line.split()[-1]) for line in written().splitlines()[-20:]]
    assert numbers == list(range(380, 400))
