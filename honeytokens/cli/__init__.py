"""The command line: each command parses, calls one workflow and prints. Heavy imports wait until they are needed."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from pathlib import Path

import click

from honeytokens import __version__
from honeytokens.errors import HoneytokensError

COMMANDS = (
    "init",
    "key",
    "registry",
    "establishment",
    "system",
    "pool",
    "profile",
    "plan",
    "realism",
    "apply",
    "adopt",
    "tick",
    "status",
    "charter",
    "verify",
    "withdraw",
    "salt",
    "scan",
    "evidence",
    "incident",
    "freeze",
    "attribute",
    "accounts",
    "drill",
    "report",
    "whois",
    "is-decoy",
    "exclusions",
    "generate",
    "preview",
    "demo",
    "serve",
    "watch",
    "doctor",
)


class _ReaderLeftError(Exception):
    """The reader of our standard output went away. Click would turn a ``BrokenPipeError`` into exit code 1."""


class _LazyGroup(click.Group):
    """Finds a command in the module of its name, and only then imports it."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderLeftError from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"honeytokens.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="honeytokens")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    envvar="HONEYTOKENS_CONFIG",
    help="Configuration file (TOML). Flags come first, then the environment, then this file.",
)
@click.pass_context
def group(ctx: click.Context, config: str | None) -> None:
    """Decoy patients that tell when, where, how much and through whom records were stolen.

    \b
    First steps:
      honeytokens demo                      replay a leak, with no set-up at all
      honeytokens init                      make a home for your own decoys
      honeytokens doctor                    see what is missing

    Exit codes: 0 done, or scanned whole and clean; 1 decoys found; 2 wrong usage; 3 refused or failed; 4 nothing
    found, but something could not be read.
    """
    from honeytokens.cli.options import read_config

    if "NO_COLOR" in os.environ:
        ctx.color = False
    ctx.default_map = read_config(config)


def main() -> None:
    """Run the command line; print an error as one line and leave with its exit code."""
    # Stopped by either signal, a command rolls back what it was at and says so.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.unraisablehook = _tell_fault
    try:
        code = group(auto_envvar_prefix="HONEYTOKENS", prog_name="honeytokens", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("honeytokens: stopped", err=True)
        code = 130
    except HoneytokensError as error:
        click.echo(f"honeytokens: {error}", err=True)
        code = error.exit_code
    except (_ReaderLeftError, BrokenPipeError):
        # The reader of a pipe went away: leave quietly, as other filters do.
        _drop_output()
        code = 3
    except OSError as error:
        _drop_output()
        click.echo(f"honeytokens: {error.filename or 'The output'}: {error.strerror}. Mend it and try again.", err=True)
        code = 3
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - Python would exit with 1, which means that decoys were found
        _drop_output()
        click.echo(f"honeytokens: {_fault(error)}. This is a bug: please report this line.", err=True)
        code = 3
    sys.exit(code if isinstance(code, int) else 0)


def _fault(error: BaseException) -> str:
    """Return what went wrong and where, without the error's own text: it may hold a value of a patient's record."""
    places = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(places[-1].filename).name}, line {places[-1].lineno}" if places else ""
    return f"unexpected {type(error).__name__}{where}"


def _tell_fault(ignored: sys.UnraisableHookArgs) -> None:
    """Say where something failed that nobody waits for; Python would print the error's own text."""
    if ignored.exc_value is not None:
        click.echo(f"honeytokens: {_fault(ignored.exc_value)}, as something was closed.", err=True)


def _drop_output() -> None:
    """Keep the interpreter from writing what is left of the output, and complaining, when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
