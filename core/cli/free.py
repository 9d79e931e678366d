"""The command that frees what deleted runs take on the disk."""

import argparse
import re
from datetime import timedelta
from typing import Final

from core import settings
from core.cli import console
from core.runs import annotations, freed_elsewhere, open_store, purge, trials

_AGE: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take what the command needs."""
    parser.add_argument(
        "--older-than",
        type=age_of,
        default=purge.USUAL_AGE,
        metavar="AGE",
        help="free what was deleted, exported or cached longer ago, such as 7d, 12h or "
        f"1d12h (default {freed_elsewhere.text_of(purge.USUAL_AGE)}); until then, "
        "deleted runs can be restored. 0 frees all of it now",
    )
    parser.add_argument(
        "--trials",
        action="store_true",
        help="first delete the trials of studies that were not kept; the best of each "
        "study stays",
    )
    parser.set_defaults(command=free_runs)


@settings.changes
def free_runs(options: argparse.Namespace) -> int:
    """Remove deleted runs for good, and old exports and caches."""
    store = open_store()
    age = options.older_than
    unwanted = trials.not_kept(store.runs()) if options.trials else ()
    deleted = annotations.delete(store, [trial.id for trial in unwanted])
    freed = purge.free(store, older_than=age)
    left = purge.find(store, older_than=age)
    record = {
        "deleted_trials": len(deleted),
        "freed_runs": len(freed.run_ids),
        "freed_files": freed.num_files,
        "freed_bytes": freed.num_bytes,
        "still_restorable": left.num_later,
        "outside_the_home": left.num_elsewhere,
        "remark": freed_elsewhere.remark(store, older_than=age),
    }
    if not options.json:
        record["freed_bytes"] = f"{freed.num_bytes / 1e6:,.1f} MB"
        record = {name: value for name, value in record.items() if value != ""}
    console.print_record(record, as_json=options.json)
    return 0


def age_of(text: str) -> timedelta:
    """Read an age such as 7d, 12h, 1d12h, 30m or 0.

    Raises:
        argparse.ArgumentTypeError: If it is none.
    """
    if text == "0":
        return timedelta()
    found = _AGE.fullmatch(text)
    try:
        if text and found:
            days, hours, minutes = (int(each or 0) for each in found.groups())
            return timedelta(days=days, hours=hours, minutes=minutes)
    except OverflowError:
        pass
    message = f"expected an age like 7d, 12h or 30m, or 0, got {text!r}"
    raise argparse.ArgumentTypeError(message)
