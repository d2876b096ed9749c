"""``honeytokens attribute``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honeytokens.cli.options import DURATION, FILE, home_options, json_option, open_home
from honeytokens.cli.output import progress

if TYPE_CHECKING:
    from honeytokens.model import Verdict
    from honeytokens.workflows.incident import Added


@click.command("attribute")
@click.argument("incident")
@click.argument("files", nargs=-1, type=FILE)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the verdict.")
@click.option("--password-file", type=FILE, help="Passwords of encrypted archives, one on a line.")
@click.option(
    "--clock-error",
    type=DURATION,
    default="0",
    show_default=True,
    help="By how much the clocks may have been wrong; the window is widened by it.",
)
@click.option(
    "--one-each", is_flag=True, help="Each record is of another patient: too few decoys then mean that others mixed in."
)
@json_option
@home_options
def command(
    incident: str,
    files: tuple[Path, ...],
    language: str,
    password_file: Path | None,
    clock_error: timedelta,
    one_each: bool,
    as_json: bool,
    **shared: Any,
) -> int:
    """Join the files of one leak, and say what they prove together and what each new one adds.

    Files are scanned as scan does, on this machine alone; what matched is sealed in the home. Files that are given
    together are also compared with each other: what two of them share bounds how much was stolen. Without FILES, what
    the incident has is judged anew.

    Exit code 1 when decoys were found, 0 when none was, 4 when none was found but something could not be read.

    \b
    Examples:
      honeytokens attribute november sample1.csv sample2.csv
      honeytokens attribute november --json > november.json && honeytokens report november.json -o november.html
    """
    from honeytokens.reports import render
    from honeytokens.scanning import read_passwords
    from honeytokens.workflows.incident import attribute

    passwords = read_passwords(password_file) if password_file else ()
    size = sum(file.stat().st_size for file in files if file.is_file())
    with open_home(**shared) as home, progress("Reading", size) as on_progress:
        found = attribute(
            home,
            incident,
            files,
            language=language,
            passwords=passwords,
            clock_error=clock_error,
            one_each=one_each,
            on_progress=on_progress,
        )
    if as_json:
        click.echo(render("json", found.verdict, found.result))
    else:
        _print(found.added, found.verdict)
    return 1 if found.result.hits else 0 if found.result.complete else 4


def _print(added: tuple[Added, ...], verdict: Verdict) -> None:
    click.echo(verdict.sentence)
    for each in added:
        known = "; it is in the incident already" if each.repeated else ""
        click.echo(f"{each.name}: {each.hits} decoys, of which {each.new_hits} are in no earlier file{known}.")
    if added and (before := added[0].before) is not None and before.sentence != verdict.sentence:
        click.echo(f"Before: {before.sentence}")
    for source in verdict.sources:
        share = "" if source.low is None or source.high is None else f", {source.low:.1%} to {source.high:.1%} of it"
        click.echo(f"{source.establishment}, {source.system} {source.table}: {source.standing}{share}. {source.reason}")
    for extract in verdict.extracts:
        click.echo(extract.reason)
    _print_extent(verdict)
    for claim in verdict.claims:
        click.echo(f"Claim of {claim.who}, {claim.part}: {claim.standing.replace('_', ' ')}. {claim.reason}")


def _print_extent(verdict: Verdict) -> None:
    """Print in what shape the records were taken, what made the files, and how many there are."""
    for shape in verdict.shapes:
        click.echo(shape.reason)
    for form in verdict.forms:
        click.echo(f"{form.file}: made by {form.made_by}. {form.note}")
    for overlap in verdict.overlaps:
        click.echo(f"{overlap.first} and {overlap.second}: {overlap.reason}")
    for numbering in verdict.numberings:
        click.echo(f"{numbering.file}, column {numbering.column}: {numbering.reason}")
    if verdict.size:
        click.echo(verdict.size)
