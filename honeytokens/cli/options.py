"""Options that several commands share, and how a home is opened from them."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from honeytokens.errors import HomeError, KeyringError

if TYPE_CHECKING:
    from honeytokens.workflows.home import Home

F = TypeVar("F", bound=Callable[..., Any])
_CREDENTIAL = "honeytokens-passphrase"
_SUBCOMMANDS = ("add", "change", "list", "check", "rotate", "recovery", "restore")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_config(path: str | None) -> dict[str, Any]:
    """Return the configuration file as click's default map; a file that was not asked for may be missing.

    Top-level keys are options of every command (``home``, ``passphrase-file``), tables those of one command.
    """
    import platformdirs

    file = Path(path) if path else platformdirs.user_config_path("honeytokens") / "config.toml"
    if not path and not file.exists():
        return {}
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HomeError(
            f"The configuration file {file} cannot be read: {error}", "Mend it, or leave --config out"
        ) from error
    common = {key: value for key, value in content.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in content.items() if isinstance(value, dict)}
    from honeytokens.cli import COMMANDS

    return {name: _merged(common, tables.get(name, {})) for name in COMMANDS}


def _merged(common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return the defaults of one command; those of a group's subcommands hang below it too."""
    merged = {key.replace("-", "_"): value for key, value in (common | own).items()}
    return merged | dict.fromkeys(_SUBCOMMANDS, merged)


def home_options(function: F) -> F:
    """Add the options that say which home, and how its passphrase comes."""
    for option in (
        click.option("--as-of", hidden=True, type=MOMENT, help="The time to take for now: for replays and tests."),
        click.option(
            "--passphrase-fd", type=int, metavar="N", help="Read the passphrase from this open file descriptor."
        ),
        click.option(
            "--passphrase-file",
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="HONEYTOKENS_PASSPHRASE_FILE",
            help="Read the passphrase from this file. Without it: a systemd credential, then a prompt.",
        ),
        click.option(
            "--home",
            type=click.Path(file_okay=False, path_type=Path),
            envvar="HONEYTOKENS_HOME",
            help="Home directory, with the keyring and the registry.",
        ),
    ):
        function = option(function)
    return function


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")


def home_path(home: Path | None) -> Path:
    """Return the home that was named, or the platform's place for it."""
    import platformdirs

    return home or platformdirs.user_data_path("honeytokens")


def open_home(
    home: Path | None, passphrase_file: Path | None, passphrase_fd: int | None, as_of: datetime | None
) -> Home:
    """Open the home that the shared options name."""
    from honeytokens.workflows.home import Home, system_clock

    path = home_path(home)
    if not path.is_dir():
        raise HomeError(f"There is no home at {path}", "Run honeytokens init, or set --home or HONEYTOKENS_HOME")
    secret = passphrase(passphrase_file, passphrase_fd)
    return Home.open(path, secret, now=(lambda: as_of) if as_of else system_clock)


def passphrase(file: Path | None, descriptor: int | None, *, confirm: bool = False) -> bytes:
    """Return the passphrase from a descriptor, a file, a systemd credential or a prompt, in this order."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read().rstrip(b"\r\n")
        except OSError as error:
            raise KeyringError(
                f"File descriptor {descriptor} cannot be read: {error.strerror}", "Open it for reading"
            ) from error
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if file is None and credentials and (Path(credentials) / _CREDENTIAL).exists():
        file = Path(credentials) / _CREDENTIAL
    if file is not None:
        return _passphrase_in(file)
    if not sys.stdin.isatty():
        raise KeyringError(
            "No passphrase was given and there is no terminal to ask at", "Use --passphrase-file or --passphrase-fd"
        )
    answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return answer.encode()


def _passphrase_in(file: Path) -> bytes:
    from honeytokens.files import exposed_to

    try:
        content = file.read_bytes().rstrip(b"\r\n")
        exposed = exposed_to(file) if file.is_file() else None
    except OSError as error:
        raise KeyringError(f"{file} cannot be read: {error.strerror}", "Mend --passphrase-file") from error
    if exposed == "everyone":
        raise KeyringError(f"{file} can be read by everyone", f"Run: chmod 600 {file}")
    return content


class _Duration(click.ParamType[timedelta]):
    """A length of time: a number and s, m, h, d or w; 0 for none."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        if str(value) == "0":
            return timedelta()
        match = re.fullmatch(r"(\d{1,6})([smhdw])", str(value))
        if not match:
            self.fail(f"{value!r} is no length of time; write it like 90d or 12h", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


class _Moment(click.ParamType[datetime]):
    """A date or time in ISO form; UTC unless it says otherwise."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it like 2026-11-23 or 2026-11-23T14:00", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


DURATION = _Duration()
MOMENT = _Moment()
