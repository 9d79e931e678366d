"""The report of a run from a terminal: `python -m dashboard.report --run ID FILE`."""

import argparse
import sys
from pathlib import Path

from core import files, settings
from core.cli import console
from core.errors import BundleError, InklabError
from core.runs import open_store
from dashboard.report import parts


def main() -> int:
    """Write the report of a run into a file."""
    parser = argparse.ArgumentParser(
        prog="python -m dashboard.report", description="Write a run as one HTML file."
    )
    parser.add_argument("--run", required=True, metavar="ID", help="run, or latest")
    parser.add_argument("--force", action="store_true", help="replace the file")
    parser.add_argument("file", type=Path, metavar="FILE.html")
    options = parser.parse_args()
    try:
        settings.check()
        write(options.run, options.file, replace=options.force)
    except InklabError as error:
        console.print_error(str(error))
        return 1
    console.print_text(f"Wrote {options.file} ({options.file.stat().st_size:,} bytes).")
    return 0


def write(run_id: str, path: Path, *, replace: bool) -> None:
    """Write the report of a run into a file.

    Raises:
        BundleError: If the file is there already, or cannot be written.
        RunStoreError: If the run has no model, or a file of it is damaged.
    """
    if path.exists() and not replace:
        message = f"Expected a new file, but {path} exists. Use --force to replace it."
        raise BundleError(message)
    store = open_store()
    text = parts.report(store, store.with_model(run_id))
    try:
        with files.creating_file(path) as temporary:
            temporary.write_text(text, "utf-8")
    except OSError as error:
        message = f"Expected a file that can be written, got {path} ({error.strerror})."
        raise BundleError(message) from error


if __name__ == "__main__":
    sys.exit(main())
