"""Options that several commands share, and how a home is opened from them."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from honeytokens.errors import HomeError

if TYPE_CHECKING:
    from honeytokens.keys import Keyring
    from honeytokens.locks import Lock
    from honeytokens.model import Policy
    from honeytokens.workflows.home import Home

F = TypeVar("F", bound=Callable[..., Any])
# fmt: off
_SUBCOMMANDS = (
    "add", "change", "list", "check", "rotate", "recovery", "restore", "relock", "generate", "backup", "rebuild",
    "practitioners", "inspect", "learn", "show", "forget", "claim", "enable", "authorise", "rank", "open", "export",
    "watched", "now", "verify",
)
# fmt: on
_LEVELS = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)
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
    """Return the defaults of one command; those of a group's subcommands hang below it, and of theirs below them."""
    merged = {key.replace("-", "_"): value for key, value in (common | own).items()}
    below = merged | dict.fromkeys(_SUBCOMMANDS, merged)
    return merged | dict.fromkeys(_SUBCOMMANDS, below)


def home_options(function: F) -> F:
    """Add the options that say which home, and how what unlocks its keyring comes."""
    for option in (
        click.option("--as-of", hidden=True, type=MOMENT, help="The time to take for now: for replays and tests."),
        click.option(
            "--key-command",
            metavar="COMMAND",
            envvar="HONEYTOKENS_KEY_COMMAND",
            help="Unlock with the key that this command prints.",
        ),
        click.option("--key-file", type=FILE, envvar="HONEYTOKENS_KEY_FILE", help="Unlock with the key in this file."),
        click.option(
            "--passphrase-fd",
            type=int,
            metavar="N",
            help="Read the passphrase from this open file descriptor.",
        ),
        click.option(
            "--passphrase-file",
            type=FILE,
            envvar="HONEYTOKENS_PASSPHRASE_FILE",
            help="Read the passphrase from this file. Without any of these: a systemd credential, then a prompt.",
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


rate_option = click.option(
    "--rate", type=click.FloatRange(min=0.01), help="Write at most so many rows a second. [default: no limit]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document for machines.")


def home_path(home: Path | None) -> Path:
    """Return the home that was named, or the platform's place for it."""
    import platformdirs

    return home or platformdirs.user_data_path("honeytokens")


def open_home(home: Path | None, as_of: datetime | None, **unlocking: Any) -> Home:
    """Open the home that the shared options name."""
    return open_with(opening_lock(home, **unlocking), home, as_of)


def open_with(lock: Lock, home: Path | None, as_of: datetime | None) -> Home:
    """Open a home with a lock that is at hand."""
    from honeytokens.workflows.home import Home

    return Home.open(home_path(home), lock, now=clock(as_of))


def open_keyring(home: Path | None, **unlocking: Any) -> Keyring:
    """Open the keyring alone, of a home whose registry is lost or is to be put back."""
    from honeytokens.keys import KEYRING, Keyring

    return Keyring.open(home_path(home) / KEYRING, opening_lock(home, **unlocking))


def clock(as_of: datetime | None) -> Callable[[], datetime]:
    """Return what tells the time: the system's clock, unless a replay says what to take for now."""
    from honeytokens.workflows.home import system_clock

    return (lambda: as_of) if as_of else system_clock


def opening_lock(home: Path | None, **unlocking: Any) -> Lock:
    """Return what opens a home's keyring, as the shared options say."""
    from honeytokens.keys import KEYRING
    from honeytokens.unlocking import lock_to_open

    path = home_path(home)
    if not path.is_dir():
        raise HomeError(f"There is no home at {path}", "Run honeytokens init, or set --home or HONEYTOKENS_HOME")
    return lock_to_open(path / KEYRING, _levels(unlocking), _asker("Passphrase"))


def new_lock(**unlocking: Any) -> Lock:
    """Return what is to lock a new keyring, as the shared options say; a passphrase is asked for twice."""
    from honeytokens.unlocking import lock_to_make

    return lock_to_make(_levels(unlocking), _asker("Passphrase", confirm=True))


def other_lock(**unlocking: Any) -> Lock:
    """Return what ``key relock`` is to lock a keyring with, as its own options say; a passphrase is asked for twice."""
    from honeytokens.unlocking import lock_to_change_to

    return lock_to_change_to(_levels(unlocking), _asker("New passphrase", confirm=True))


def _levels(unlocking: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the options that were given: those of the command line, of the environment, of the configuration file."""
    source_of = click.get_current_context().get_parameter_source
    return [
        {name.removeprefix("new_"): value for name, value in unlocking.items() if source_of(name) is level}
        for level in _LEVELS
    ]


def _asker(prompt: str, *, confirm: bool = False) -> Callable[[], str] | None:
    """Return what asks for a passphrase, or ``None`` where there is no terminal."""
    if not sys.stdin.isatty():
        return None
    return lambda: click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)


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


class _Policy(click.ParamType[tuple[str, "Policy"]]):
    """A field and its policy, such as ``phone=empty``."""

    name = "field=policy"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Policy]:
        from honeytokens.model import CHOICES, Policy

        field, _, policy = str(value).replace("-", "_").partition("=")
        if field not in CHOICES:
            self.fail(f"{value!r} names none of: {', '.join(CHOICES)}", param, ctx)
        if policy not in CHOICES[field]:
            self.fail(f"{field} can be {', '.join(CHOICES[field])}", param, ctx)
        return field, Policy(policy)


policy_option = click.option(
    "--policy",
    "policies",
    type=_Policy(),
    multiple=True,
    help="Where the values of a field come from, such as phone=empty or national_id=above_ceiling (docs/policies.md). "
    "[default: what you own, else empty]",
)
DURATION = _Duration()
MOMENT = _Moment()
FILE = click.Path(dir_okay=False, path_type=Path)
