"""``honeytokens watch``."""

from __future__ import annotations

import click

from honeytokens.cli.serve import replace_by_service


@click.command("watch", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Read audit logs beside a database: the same as callback-server watch, with the same options.

    It holds no key and no list of decoys: every read of a seeded table goes, sealed, to the callback service, which
    knows the decoys and drops the rest (docs/audit_logs.md).

    \b
    Example:
      honeytokens watch --config /etc/honeytokens/watch.toml
    """
    replace_by_service("watch", arguments)
