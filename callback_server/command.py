"""The ``callback-server`` program: parse, call, print one line when something is refused.

Exit codes: 0 stopped or done, 2 usage, 3 refused or failed.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from callback_server.account_command import account_group
from callback_server.evidence_command import evidence_group
from callback_server.reads_command import reads_command
from honeytokens.errors import HoneytokensError

if TYPE_CHECKING:
    from callback_server.settings import Settings
    from callback_server.worker.keys import WorkerKeys
    from honeytokens.locks import Lock

# Everything else is imported inside the commands, so that --help answers at once and the front loads no key.
# ruff: noqa: PLC0415

_Command = TypeVar("_Command", bound=Callable[..., Any])


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
            help="File that holds the keyring's passphrase.",
        ),
        "key_file": click.option(
            "--key-file",
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="HONEYTOKENS_KEY_FILE",
            help="File that holds the keyring's key.",
        ),
        "key_command": click.option(
            "--key-command",
            metavar="COMMAND",
            envvar="HONEYTOKENS_KEY_COMMAND",
            help="Command that prints the keyring's key.",
        ),
        "passphrase_fd": click.option("--passphrase-fd", type=int, help="File descriptor to read the passphrase from."),
        "key_fd": click.option("--key-fd", type=int, hidden=True),
        "listen_fds": click.option("--listen-fd", "listen_fds", multiple=True, hidden=True),
        "tells_fd": click.option("--tells-fd", type=int, hidden=True),
    }

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            command = known[name](command)
        return command

    return decorate


_FRONT = ("beacon_host", "beacon_port")
_UNLOCKING = ("passphrase_file", "key_file", "key_command")
_WORKER = ("home", "admin_host", "admin_port", *_UNLOCKING)


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
    if not run_both(settings, config, _lock(settings, flags, passphrase_fd=passphrase_fd)):
        sys.exit(3)


@main.command()
@_options("config", "data_dir", *_FRONT, "listen_fds", "tells_fd")
def front(config: Path | None, listen_fds: tuple[str, ...], tells_fd: int | None, **flags: Any) -> None:
    """Run only the process that faces the network: it holds no key.

    \b
    Example:
      callback-server front --beacon-host 192.0.2.10 --beacon-port 80
    """
    from callback_server.settings import load_settings

    settings = load_settings(config, flags)
    if tells_fd is None:
        from callback_server.supervisor import run_front_alone

        if not run_front_alone(settings, config):
            sys.exit(3)
        return
    from callback_server.front.process import run_front

    run_front(settings, _handed(listen_fds), tells_fd)


@main.command()
@_options("config", "data_dir", *_WORKER, "passphrase_fd", "key_fd", "listen_fds", "tells_fd")
def worker(
    config: Path | None,
    passphrase_fd: int | None,
    key_fd: int | None,
    listen_fds: tuple[str, ...],
    tells_fd: int | None,
    **flags: Any,
) -> None:
    """Run only the process that holds the keyring: it attributes, alerts and shows.

    \b
    Example:
      callback-server worker --home ~/hospital --passphrase-file ~/passphrase
    """
    from callback_server.serving import bind
    from callback_server.settings import load_settings
    from callback_server.worker.process import run_worker

    settings = load_settings(config, flags)
    lock = _lock(settings, flags, passphrase_fd=passphrase_fd, key_fd=key_fd)
    supervised = tells_fd is not None
    listener = _handed(listen_fds)["admin"][0] if supervised else bind(settings.admin_host, settings.admin_port)
    with listener:
        run_worker(settings, listener, lock, supervised=supervised)


def _handed(listen_fds: tuple[str, ...]) -> dict[str, list[socket.socket]]:
    """Return the sockets that a supervisor handed down as ``NAME=DESCRIPTOR``."""
    sockets: dict[str, list[socket.socket]] = {}
    for name, descriptor in (each.split("=") for each in listen_fds):
        sockets.setdefault(name, []).append(socket.socket(fileno=int(descriptor)))
    return sockets


@main.command()
@_options("config", "data_dir", "home", *_UNLOCKING, "passphrase_fd")
def init(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
    """Write the worker's public key where the front reads it (``run`` does so by itself).

    \b
    Example:
      callback-server init --home ~/hospital
    """
    from callback_server.settings import load_settings
    from callback_server.worker.keys import WorkerKeys

    settings = load_settings(config, flags)
    lock = _lock(settings, flags, passphrase_fd=passphrase_fd)
    WorkerKeys.open(settings.home, lock).publish(settings.public_key_path)
    click.echo(settings.public_key_path)


@main.command()
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The watch's settings.")
@click.option("--once", is_flag=True, help="Read and hand over what is there now, and stop.")
def watch(config: Path, *, once: bool) -> None:
    """Read audit logs beside a database, and tell the worker, sealed, who read seeded tables.

    \b
    Example:
      callback-server watch --config /etc/honeytokens/watch.toml
    """
    from callback_server.watch.process import run_watch
    from callback_server.watch.settings import load_watch_settings

    run_watch(load_watch_settings(config), once=once)


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


@main.command()
@click.argument("copy", type=click.Path(dir_okay=False, path_type=Path))
@_options("config", "data_dir")
def backup(copy: Path, config: Path | None, **flags: Any) -> None:
    """Write a copy of the store, sealed as it is, while the worker goes on.

    \b
    Example:
      callback-server backup /backup/callback-2026-11-27.sqlite3
    """
    from callback_server.settings import load_settings
    from callback_server.store.sqlite.copies import copy_store

    copy_store(load_settings(config, flags).store_path, copy)
    click.echo(copy)


@main.command()
@click.argument("copy", type=click.Path(dir_okay=False, path_type=Path))
@_options("config", "data_dir")
def restore(copy: Path, config: Path | None, **flags: Any) -> None:
    """Put a copy in the place of the store's content; the worker may go on meanwhile.

    \b
    Example:
      callback-server restore /backup/callback-2026-11-27.sqlite3
    """
    from callback_server.settings import load_settings
    from callback_server.store.sqlite.copies import restore_store

    path = load_settings(config, flags).store_path
    restore_store(copy, path)
    click.echo(path)


def _opened(config: Path | None, flags: Mapping[str, Any], passphrase_fd: int | None) -> tuple[Settings, WorkerKeys]:
    from callback_server.settings import load_settings
    from callback_server.worker.keys import WorkerKeys

    settings = load_settings(config, flags)
    return settings, WorkerKeys.open(settings.home, _lock(settings, flags, passphrase_fd=passphrase_fd))


def _lock(settings: Settings, flags: Mapping[str, Any], **handed: int | None) -> Lock:
    """Return what unlocks the keyring: handed over by a descriptor, else of the flags, else of the other settings."""
    from honeytokens.keys import KEYRING
    from honeytokens.unlocking import lock_to_open

    levels = [handed, *({name: values.get(name) for name in _UNLOCKING} for values in (flags, dict(settings)))]
    prompt = "Passphrase of the keyring"
    ask = partial(click.prompt, prompt, hide_input=True, err=True) if sys.stdin.isatty() else None
    return lock_to_open(settings.home / KEYRING, levels, ask)


_opening = _options("config", "data_dir", "home", *_UNLOCKING, "passphrase_fd")
main.add_command(account_group(_opening, _opened))
main.add_command(evidence_group(_opening, _opened))
main.add_command(reads_command(_opening, _opened))
