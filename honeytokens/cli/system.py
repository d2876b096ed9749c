"""``honeytokens system``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, table
from honeytokens.errors import MappingError

_settings_option = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the --kind; give it once for each."
)


@click.group("system")
def command() -> None:
    """The hospital systems that decoys are planted in.

    \b
    Example:
      honeytokens system add his mysql://decoys@db.local/his --mapping his.toml
      honeytokens system add his mysql://decoys@db.local/mediboard --kind mediboard
    """


@command.command("add")
@click.argument("name")
@click.argument("url")
@click.option(
    "--mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file from our fields to the site's tables and columns (docs/mapping.md).",
)
@click.option("--kind", help="A system that is known by name, which needs no mapping (docs/systems.md).")
@_settings_option
@click.option("--password-env", metavar="VARIABLE", help="Take the password from this variable, each time.")
@click.option("--ask-password", is_flag=True, help="Ask for the password now and seal it in the registry.")
@home_options
def add(
    name: str,
    url: str,
    mapping: Path | None,
    kind: str | None,
    settings: tuple[str, ...],
    password_env: str | None,
    ask_password: bool,
    **shared: Any,
) -> None:
    """Connect to a system, hold the mapping against its live schema, and remember both.

    Give a --mapping for a schema of your own, or the --kind of a system that is known by name. URL is a SQLAlchemy URL:
    sqlite:////path/his.db, mysql://user@host/db, postgresql://user@host/db; a FHIR server: https://host/fhir; a GNU
    Health: https://user@host/db. Leave the password or token out of it, for other processes can read a command line.
    Nothing is written to the system.

    \b
    Example:
      HIS_PASSWORD=... honeytokens system add his mysql://decoys@db.local/his \\
          --mapping his.toml --password-env HIS_PASSWORD
      honeytokens system add his mysql://decoys@db.local/mediboard --kind mediboard --set ipp_tag=ipp_1
    """
    from honeytokens.workflows.setup import add_system

    if (mapping is None) == (kind is None):
        raise click.UsageError("Give either --mapping FILE or --kind NAME.")
    if settings and kind is None:
        raise click.UsageError("--set is for a --kind of system; a mapping file says everything itself.")
    text = _read(mapping) if mapping else _toml(settings)
    with open_home(**shared) as home:
        password = click.prompt("Database password", hide_input=True, err=True) if ask_password else None
        summary = add_system(
            home, name, url, text, password_env=password_env, password=password, kind=kind or "sql_database"
        )
    click.echo(f"Added system {name}: {summary.patients} patients; decoys will have {', '.join(summary.fields)}.")


@command.command("inspect")
@click.argument("url")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the mapping to this file.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option("--password-env", metavar="VARIABLE", help="Take the password from this variable.")
@click.option("--ask-password", is_flag=True, help="Ask for the password.")
@json_option
def inspect(
    url: str, output: Path | None, force: bool, password_env: str | None, ask_password: bool, as_json: bool
) -> None:
    """Look at a database or server: which it is, what can be written to it, and a mapping to start from.

    The catalogue is read, and a sample of rows of the tables that look like patients, of which only shapes are kept:
    no value of a patient is shown or written. Each line of the mapping says how sure it is; correct it by hand. A FHIR
    server (https://host/fhir) and a GNU Health (https://user@host/db) need none.

    \b
    Example:
      honeytokens system inspect mysql://decoys@db.local/his --ask-password -o his.toml
    """
    import os
    from datetime import UTC, datetime

    from honeytokens.files import replacing
    from honeytokens.workflows.inspect import inspect as look

    password = os.environ.get(password_env) if password_env else None
    if ask_password:
        password = click.prompt("Database password", hide_input=True, err=True)
    seen = look(url, password, datetime.now(UTC).date())
    if output is not None and seen.mapping:
        with replacing(output, force=force) as file:
            file.write(seen.mapping.encode())
    if as_json:
        print_json(seen)
        return
    version = f" {seen.version}" if seen.version else ""
    click.echo(
        f"{seen.server}: {seen.tables} {seen.counted}; {seen.system + version if seen.system else 'no known system'}."
    )
    rows = [
        [
            one.section,
            one.field,
            f"{one.table}.{one.column}" + (f" where {one.where[0]} = {one.where[1]}" if one.where else ""),
            f"{one.confidence:.2f}",
        ]
        for one in seen.columns
    ]
    if rows:
        table(["section", "field", "column", "sure"], rows)
    for line in seen.writes:
        click.echo(f"can write {line}")
    for line in seen.notes:
        click.echo(f"to settle: {line}")
    if not seen.mapping:
        click.echo(
            "Next: settle this first" if seen.notes else f"Next: honeytokens system add NAME URL --kind {seen.kind}"
        )
    elif output is None:
        click.echo()
        click.echo(seen.mapping, nl=False)
    else:
        click.echo(f"Next: read {output} line by line, then honeytokens system add NAME URL --mapping {output}")


@command.command("watched")
@click.argument("name")
@home_options
def watched(name: str, **shared: Any) -> None:
    """Print the tables that a watch of audit logs has to know: those in which decoys stand in a system.

    \b
    Example:
      honeytokens system watched his >> watch.toml
    """
    from honeytokens.workflows.watched import as_settings, watched

    with open_home(**shared) as home:
        click.echo(as_settings(watched(home, name)), nl=False)


@command.command("change")
@click.argument("name")
@click.option("--url", help="Its new address.")
@click.option("--mapping", type=click.Path(dir_okay=False, path_type=Path), help="Its new mapping file.")
@_settings_option
@click.option("--password-env", metavar="VARIABLE", help="Take the password from this variable from now on.")
@click.option("--ask-password", is_flag=True, help="Ask for the new password now and seal it in the registry.")
@home_options
def change(
    name: str,
    url: str | None,
    mapping: Path | None,
    settings: tuple[str, ...],
    password_env: str | None,
    ask_password: bool,
    **shared: Any,
) -> None:
    """Remember a system's new address, mapping or password; what is left out stays as it is.

    The mapping is held against the live schema first. Decoys that are planted already stay where they are.

    \b
    Example:
      honeytokens system change his --mapping his.toml
    """
    from honeytokens.workflows.setup import change_system

    if mapping is not None and settings:
        raise click.UsageError("--set is for a kind of system that needs no mapping.")
    text = _read(mapping) if mapping else _toml(settings) if settings else None
    with open_home(**shared) as home:
        password = click.prompt("Database password", hide_input=True, err=True) if ask_password else None
        summary = change_system(home, name, url=url, mapping=text, password_env=password_env, password=password)
    click.echo(f"Changed system {name}: {summary.patients} patients; decoys will have {', '.join(summary.fields)}.")


def _toml(settings: tuple[str, ...]) -> str:
    """Return ``name=value`` settings as TOML."""
    lines = []
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign or not name.isidentifier():
            raise click.UsageError(f"{setting!r} is no setting: write it as NAME=VALUE.")
        lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)


def _read(mapping: Path) -> str:
    try:
        return mapping.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            f"The mapping file {mapping} cannot be read: {error}", "Name a TOML file in UTF-8"
        ) from error


@command.command("list")
@json_option
@home_options
def listing(as_json: bool, **shared: Any) -> None:
    """List the hospital systems; passwords and mappings are not shown.

    \b
    Example:
      honeytokens system list
    """
    with open_home(**shared) as home:
        found = [{"name": system.name, "kind": system.kind, "url": system.url} for system in home.registry.systems()]
    if as_json:
        print_json(found)
    else:
        table(["name", "kind", "url"], [list(system.values()) for system in found])
