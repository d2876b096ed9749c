"""``honeytokens serve``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import click

from honeytokens.errors import HoneytokensError


@click.command("serve", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Start the callback service: the same as callback-server run, with the same options.

    \b
    Example:
      honeytokens serve --home ~/honeytokens --beacon-port 8080
    """
    replace_by_service("run", arguments)


def replace_by_service(verb: str, arguments: tuple[str, ...]) -> NoReturn:
    """Become the ``callback-server`` program, which this one never imports."""
    beside = Path(sys.argv[0]).with_name("callback-server")
    program = str(beside) if beside.exists() else shutil.which("callback-server")
    if program is None:
        raise HoneytokensError("The program callback-server is not installed", "Install honeytokens with pip again")
    os.execv(program, [program, verb, *arguments])  # noqa: S606
