"""``callback-server account``: who may look, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from callback_server.evidence_command import Opened

if TYPE_CHECKING:
    from callback_server.store import SqliteAccounts

# ruff: noqa: PLC0415 - as in command.py


def account_group(options: Callable[[Callable[..., Any]], Callable[..., Any]], opened: Opened) -> click.Group:
    """Return the commands; ``options`` adds those of the settings and the lock, ``opened`` opens both."""

    @contextmanager
    def accounts_of(
        config: Path | None, flags: Mapping[str, Any], passphrase_fd: int | None
    ) -> Iterator[SqliteAccounts]:
        from callback_server.store import SqliteAccounts

        settings, keys = opened(config, flags, passphrase_fd)
        with closing(SqliteAccounts(settings.store_path, keys.box, keys.rows)) as accounts:
            yield accounts

    @click.group()
    def account() -> None:
        """Say who may look, and what they may do."""

    @account.command()
    @click.argument("name")
    @click.option("--role", type=click.Choice(["admin", "analyst", "read-only", "ingest"]), required=True)
    @click.option("--establishment", "sites", multiple=True, help="What the account may see; all of them without any.")
    @click.option("--kind", type=click.Choice(["local", "key", "oidc"]), default="local", show_default=True)
    @click.option("--password-file", type=click.File(), help="File that holds the password; asked for without one.")
    @options
    def add(
        name: str,
        role: str,
        sites: tuple[str, ...],
        kind: str,
        password_file: TextIO | None,
        config: Path | None,
        passphrase_fd: int | None,
        **flags: Any,
    ) -> None:
        """Add an account or replace the one of its name; an API key is printed once and kept nowhere.

        \b
        Example:
          callback-server account add anne --role analyst --establishment "Hôpital Nord"
          callback-server account add siem --role read-only --kind key
        """
        from callback_server.admin.access import hash_password, new_key
        from callback_server.store import Account, Kind, Role

        with accounts_of(config, flags, passphrase_fd) as accounts:
            secret, key = "", new_key() if kind == "key" else None
            if kind == "local":
                given = (
                    password_file.readline().rstrip("\n")
                    if password_file
                    else click.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True)
                )
                try:
                    secret = hash_password(given)
                except ValueError as error:
                    raise click.UsageError(f"The password is too short: {error}") from error
            accounts.save(Account(name, Kind(kind), Role(role), sites or None, secret), key)
            accounts.log("command line", f"added the account {name} ({kind}, {role})")
        if key is not None:
            click.echo(key)

    @account.command("list")
    @options
    def list_accounts(config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
        """List the accounts.

        \b
        Example:
          callback-server account list
        """
        with accounts_of(config, flags, passphrase_fd) as accounts:
            for each in accounts.all():
                sites = ", ".join(each.establishments) if each.establishments is not None else "all establishments"
                click.echo(f"{each.name}\t{each.kind}\t{each.role}\t{sites}")

    @account.command()
    @click.argument("name")
    @options
    def remove(name: str, config: Path | None, passphrase_fd: int | None, **flags: Any) -> None:
        """Remove an account; its sessions and keys end at once.

        \b
        Example:
          callback-server account remove anne
        """
        with accounts_of(config, flags, passphrase_fd) as accounts:
            accounts.remove(name)
            accounts.log("command line", f"removed the account {name}")

    return account
