"""``honeytokens is-decoy``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json


@click.command("is-decoy")
@click.argument("identifiers", nargs=-1, required=True, metavar="ID...")
@click.option("--system", required=True, help="The hospital system that the identifiers are of.")
@json_option
@home_options
def command(identifiers: tuple[str, ...], system: str, as_json: bool, **shared: Any) -> int:
    """Answer staff who ask whether a patient record is fictitious: yes or no. Each question is logged.

    ID is the primary key of the patient's row, or a local identifier. Exit code 1 when one is a decoy.

    \b
    Example:
      honeytokens is-decoy --system his 80412
    """
    from honeytokens.workflows.is_decoy import is_decoy

    with open_home(**shared) as home:
        answers = is_decoy(home, system, identifiers)
    if as_json:
        print_json(dict(zip(identifiers, answers, strict=True)))
    else:
        for identifier, answer in zip(identifiers, answers, strict=True):
            click.echo(f"{identifier}: {'yes, this record is fictitious' if answer else 'no'}")
    return 1 if any(answers) else 0
