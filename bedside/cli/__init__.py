"""The commands, one module each; they answer in plain sentences.

A command imports what it needs when it is called, so that each of them starts quickly.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from typing import NoReturn

from bedside import ends, secrecy
from bedside.cli.terminal import end, say
from bedside.errors import BedsideError

# Options whose values nobody else may read.
SECRET = ("--patient",)


def main() -> NoReturn:
    """Run the command line: exit 0 when done, 1 with one sentence for a fault, 2 for a mistake in the command.

    Also exit 0 when told to end; a sentence says so if the command was not done.
    """
    secrecy.guard()
    secrecy.hide(SECRET)
    ends.watch()
    try:
        run()
    except ends.Ended as ended:
        if ended.midway:
            say("bedside was told to end, and has ended; nothing is left half-written.")
        raise
    finally:
        ends.leave()


def run() -> NoReturn:
    """Run the command line in a process that is guarded and watched for its end."""
    # Not before the process is guarded: it takes a while.
    from bedside.cli.app import app

    try:
        with ends.interrupted():
            app(prog_name="bedside")
    except BedsideError as fault:
        end(str(fault))
    except BrokenPipeError:
        # The reader of our output has closed it; the interpreter would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except ModuleNotFoundError as fault:
        logging.getLogger("bedside.cli").exception("A library is missing.")
        if os.environ.get("BEDSIDE_DEBUG"):
            traceback.print_exc()
        end(
            f"The library “{fault.name}”, which bedside needs, is missing or damaged; what was recorded is kept. "
            "Please install bedside again."
        )
    except Exception as fault:
        logging.getLogger("bedside.cli").exception("Something unexpected went wrong.")
        if os.environ.get("BEDSIDE_DEBUG"):
            traceback.print_exc()
        end(
            f"Something went wrong that bedside did not foresee ({type(fault).__name__}); what was recorded is kept. "
            "Please start it again, and tell the people who look after this computer if it happens again."
        )
    raise SystemExit(0)
