"""``honeytokens salt``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json


@click.command("salt")
@click.argument("extract", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--recipient", required=True, help="Who is handed this copy.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The copy to write.")
@click.option("--name", help="The extract whose copies belong together. [default: the file's name]")
@click.option("--shared", type=click.IntRange(min=0), help="Rows that every copy has, in one of two variants.")
@click.option("--unique", type=click.IntRange(min=0), default=50, show_default=True, help="Rows of this copy alone.")
@click.option("--locale", default="fr_fr", show_default=True, help="Country whose names and places the rows have.")
@click.option("--near", help="Postcode around which they live. [default: the extract's commonest]")
@click.option("--column", "columns", multiple=True, metavar="NAME=FIELD", help="What a column holds.")
@click.option("--leave-empty", "left_empty", multiple=True, metavar="NAME", help="A column to leave empty.")
@click.option("--force", is_flag=True, help="Replace the output file if it exists.")
@json_option
@home_options
def command(
    extract: Path,
    recipient: str,
    output: Path,
    name: str | None,
    shared: int | None,
    unique: int,
    locale: str,
    near: str | None,
    columns: tuple[str, ...],
    left_empty: tuple[str, ...],
    force: bool,
    as_json: bool,
    **shared_options: Any,
) -> None:
    """Write a recipient's own copy of an extract: a leak of it will lead back to this recipient.

    Rows that are unique to the recipient, and rows whose variant is the recipient's codeword, are mixed in; no real
    row is touched. CSV, SQL, XLSX, FHIR (NDJSON) and Parquet are told by the file's name. Give each recipient a copy
    of their own, always by the same --name, and never the extract itself.

    \b
    Example:
      honeytokens salt registry.csv --recipient "Laboratoire Nord" -o registry-nord.csv
    """
    from honeytokens.files import replacing
    from honeytokens.workflows.salt import SaltRequest, salt

    fields = dict(column.partition("=")[::2] for column in columns)
    if output.suffix.lower() != extract.suffix.lower():
        raise click.UsageError(f"The copy is of the extract's own kind: name it *{extract.suffix}.")
    if output.resolve() == extract.resolve():
        raise click.UsageError("The copy cannot take the place of the extract: name another file with -o.")
    request = SaltRequest(
        extract, recipient, name or extract.stem, locale, near, shared, unique, fields, left_empty
    )  # fmt: skip
    with open_home(**shared_options) as home, replacing(output, force=force) as stream:
        report = salt(home, request, stream)
    if as_json:
        print_json(report)
        return
    click.echo(
        f"Wrote {output}: {report.rows} rows, and {report.shared - report.left_out + report.unique} mixed in "
        f"({report.unique} of this copy alone). {report.name} has {report.recipients} recipients now."
    )
    if report.bare:
        click.echo(f"Empty in every row mixed in, which may tell them: {', '.join(report.bare)}. Own pools for them.")
    if report.names:
        click.echo(f"A full leak by up to {report.names} of them together would name one, in 95 cases of 100.")
    else:
        click.echo("Its rows in two variants are too few to name anybody alone; the unique rows may.")
