"""The command line: what the pages do, from a shell."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from core import settings
from core.cli import console
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
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console may not know every character of a name.
        sys.stdout.reconfigure(errors="replace")
    options = make_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        settings.check()
        code = command(options)
        # What is still to be written, while it can be told if nobody reads it.
        sys.stdout.flush()
    except InklabError as error:
        console.print_error(str(error))
        return FAILURE
    except BrokenPipeError:
        # Whoever read it has seen enough (`| head`). Python would write the rest at
        # its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    return code
