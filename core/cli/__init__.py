"""The command line: what the pages do, from a shell."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from core.cli.parser import make_parser
from core.cli.train import INTERRUPTED
from core.errors import InklabError

if TYPE_CHECKING:
    import argparse

FAILURE: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after the program's name; those of this process if None.

    Returns:
        The exit code: 0 if all went well, 1 after an error, 130 when interrupted.
    """
    options = make_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except InklabError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
