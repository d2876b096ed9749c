"""The ``callback-server`` program: parse, call, print one line when something is refused.

Exit codes: 0 stopped or done, 2 usage, 3 refused or failed.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from honeytokens.errors import HoneytokensError

if TYPE_CHECKING:
    from callback_server.settings import Settings

# Everything else is imported inside the commands, so that --help answers at once and the front loads no key.
# ruff: noqa: PLC0415

_Command = TypeVar("_Command", bound=Callable[..., Any])
_MOST_PASSPHRASE = 65_536
_CREDENTIAL = "honeytokens-passphrase"


class _Program(click.Group):
    """A group whose refusals are one line on standard error and exit code 3."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HoneytokensError as error:
            click.echo(f"callback-server: {error}", err=True)
            ctx.exit(error.exit_code)


def _options(*names: str) -> Callable[[_Command], _Command]:
    """Return a decorator that adds the named options, each of which overrides the setting of its name."""
    known: dict[str, Callable[[_Command], _Command]] = {
        "config": click.option(
            "--config",
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="CALLBACK_SERVER_CONFIG",
            help="TOML file of settings.",
        ),
        "data_dir": click.option(
            "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the spool and the store."
        ),
        "home": click.option(
            "--home",
            type=click.Path(file_okay=False, path_type=Path),
            envvar="HONEYTOKENS_HOME",
            help="The honeytokens home: keyring and registry.",
        ),
        "beacon_host": click.option("--beacon-host", help="Address that hears beacons."),
        "beacon_port": click.option("--beacon-port", type=int, help="Port that hears beacons; 0 for any."),
        "admin_host": click.option("--admin-host", help="Address of the admin page."),
        "admin_port": click.option("--admin-port", type=int, help="Port of the admin page; 0 for any."),
        "passphrase_file": click.option(
            "--passphrase-file",
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="HONEYTOKENS_PASSPHRASE_FILE",
            help="File whose first line is the keyring's passphrase.",
        ),
        "passphrase_fd": click.option("--passphrase-fd", type=int, help="File descriptor to read the passphrase from."),
        "listen_fd": click.option("--listen-fd", type=int, hidden=True),
    }

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            command = known[name](command)
        return command

    return decorate


_FRONT = ("beacon_host", "beacon_port")
_WORKER = ("home", "admin_host", "admin_port", "passphrase_file")


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="honeytokens")
def main() -> None:
    """Hear decoys over the network, record them, and tell the people on duty.

    \b
    Example, on one machine:
      callback-server run --home ~/hospital --beacon-port 8080
    Then open http://127.0.0.1:8081 with the admin token from the file that is named at start.

    Exit codes: 0 stopped or done, 2 usage, 3 refused or failed.
    """


@main.command()
@_options("config", "data_dir", *_FRONT, *_WORKER, "passphrase_fd")
def run(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
    """Run the front and the worker, and keep both alive until SIGTERM or Ctrl-C.

    \b
    Example:
      callback-server run --config /etc/callback-server.toml
    """
    from callback_server.settings import load_settings
    from callback_server.supervisor import run_both

    settings = load_settings(config, flags)
    if not run_both(settings, config, _passphrase(settings, passphrase_fd)):
        sys.exit(3)


@main.command()
@_options("config", "data_dir", *_FRONT, "listen_fd")
def front(config: Path | None, listen_fd: int | None, **flags: Any) -> None:
    """Run only the process that faces the network: it holds no key.

    \b
    Example:
      callback-server front --beacon-host 192.0.2.10 --beacon-port 80
    """
    from callback_server.front.process import run_front
    from callback_server.serving import bind
    from callback_server.settings import load_settings

    settings = load_settings(config, flags)
    listener = (
        bind(settings.beacon_host, settings.beacon_port) if listen_fd is None else socket.socket(fileno=listen_fd)
    )
    with listener:
        run_front(settings, listener, supervised=listen_fd is not None)


@main.command()
@_options("config", "data_dir", *_WORKER, "passphrase_fd", "listen_fd")
def worker(config: Path | None, passphrase_fd: int | None, listen_fd: int | None, **flags: Any) -> None:
    """Run only the process that holds the keyring: it attributes, alerts and shows.

    \b
    Example:
      callback-server worker --home ~/hospital --passphrase-file ~/passphrase
    """
    from callback_server.serving import bind
    from callback_server.settings import load_settings
    from callback_server.worker.process import run_worker

    settings = load_settings(config, flags)
    passphrase = _passphrase(settings, passphrase_fd)
    listener = bind(settings.admin_host, settings.admin_port) if listen_fd is None else socket.socket(fileno=listen_fd)
    with listener:
        run_worker(settings, listener, passphrase, supervised=listen_fd is not None)


@main.command()
@_options("config", "data_dir", "home", "passphrase_file", "passphrase_fd")
def init(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
    """Write the worker's public key where the front reads it (``run`` does so by itself).

    \b
    Example:
      callback-server init --home ~/hospital
    """
    from callback_server.settings import load_settings
    from callback_server.worker.keys import WorkerKeys

    settings = load_settings(config, flags)
    WorkerKeys.open(settings.home, _passphrase(settings, passphrase_fd)).publish(settings.public_key_path)
    click.echo(settings.public_key_path)


@main.group()
def alerts() -> None:
    """Look after alerts that no receiver took."""


@alerts.command()
@_options("config", "data_dir")
def resend(config: Path | None, **flags: Any) -> None:
    """Have every alert that was given up sent again by the running worker.

    \b
    Example:
      callback-server alerts resend
    """
    import sqlite3
    from datetime import UTC, datetime

    from callback_server.errors import ServiceError
    from callback_server.settings import load_settings
    from callback_server.store import SqliteOutbox

    path = load_settings(config, flags).store_path
    if not path.is_file():
        raise ServiceError(f"There is no store at {path}", "Set the data_dir that the worker runs with")
    outbox = SqliteOutbox(path)
    try:
        click.echo(f"{outbox.resend(datetime.now(UTC))} alerts are due again")
    except sqlite3.Error as error:
        raise ServiceError(f"{path} cannot be used: {error}", "Try again; check its disk") from error
    finally:
        outbox.close()


def _passphrase(settings: Settings, descriptor: int | None) -> bytes:
    """Read the keyring's passphrase from a descriptor, the configured file, a systemd credential or a prompt."""
    from callback_server.errors import ServiceError
    from callback_server.settings import read_secret

    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read(_MOST_PASSPHRASE).rstrip(b"\r\n")
        except OSError as error:
            raise ServiceError(f"The passphrase's descriptor cannot be read: {error.strerror}", "Open it") from error
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nonexistent"), _CREDENTIAL)
    file = settings.passphrase_file or (credential if credential.exists() else None)
    if file is not None:
        return read_secret(file, "passphrase").encode()
    if sys.stdin.isatty():
        passphrase: str = click.prompt("Passphrase of the keyring", hide_input=True, err=True)
        return passphrase.encode()
    raise ServiceError("There is no passphrase", "Set passphrase_file or --passphrase-fd, or start from a terminal")
