"""``honeytokens accounts``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honeytokens.cli.options import FILE, MOMENT, home_options, json_option, open_home
from honeytokens.cli.output import print_json, table

if TYPE_CHECKING:
    from honeytokens.workflows.accounts import Reader

_WORDS = {
    "another_account": "another account explains it about as well",
    "usual_work": "most of the decoys that it read did not leak: this may be its usual work",
    "stolen_identity": "somebody else may have used it",
    "logs_incomplete": "reads may be missing from the logs",
}


@click.group("accounts")
def command() -> None:
    """Which accounts' reads explain a leak. Off until the legal basis is recorded; names open to two people only.

    \b
    Example:
      honeytokens accounts enable --consulted 2026-01-15 --notice 2026-02-01 --assessed 2026-02-10 --by "A. Roux, DPO"
      honeytokens accounts rank november reads.ndjson
    """


@command.command("enable")
@click.option("--consulted", type=MOMENT, required=True, help="When the staff's representatives were consulted.")
@click.option("--notice", type=MOMENT, required=True, help="When the staff was told.")
@click.option("--assessed", type=MOMENT, required=True, help="When the impact assessment was done.")
@click.option("--by", "recorded_by", required=True, help="Who records this.")
@home_options
def enable_command(consulted: datetime, notice: datetime, assessed: datetime, recorded_by: str, **shared: Any) -> None:
    """Record the legal basis for looking at accounts. Counsel decides whether it is one.

    \b
    Example:
      honeytokens accounts enable --consulted 2026-01-15 --notice 2026-02-01 --assessed 2026-02-10 --by "A. Roux, DPO"
    """
    from honeytokens.workflows.accounts import LegalBasis, enable

    with open_home(**shared) as home:
        enable(home, LegalBasis(consulted.date(), notice.date(), assessed.date(), recorded_by))
    click.echo("Recorded. Next: honeytokens accounts authorise NAME, for two people at least")


@command.command("authorise")
@click.argument("name")
@click.option("--secret-file", type=FILE, help="Read this person's own passphrase from a file.")
@home_options
def authorise_command(name: str, secret_file: Path | None, **shared: Any) -> None:
    """Let somebody open names, together with another. They choose a passphrase that nobody else knows.

    \b
    Example:
      honeytokens accounts authorise "A. Roux"
    """
    from honeytokens.workflows.accounts import authorise

    with open_home(**shared) as home:
        count = authorise(home, name, _secret(name, secret_file, confirm=True))
    click.echo(f"{count} may open names, two together." if count > 1 else "One more is needed.")


_by_option = click.option(
    "--by", type=click.Choice(["account", "workstation"]), default="account", help="Who read, or from where."
)


@command.command("rank")
@click.argument("incident")
@click.argument("reads", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@_by_option
@json_option
@home_options
def rank_command(incident: str, reads: Path, by: Reader, as_json: bool, **shared: Any) -> None:
    """Rank the accounts that read decoys, by number: how well each explains which decoys leaked.

    READS has one read a line, as JSON: account, at, table, keys, or rows where the log names none; "-" is standard
    input. The names are sealed at once.

    \b
    Example:
      callback-server reads --home ~/hospital | honeytokens accounts rank november -
    """
    from honeytokens.workflows.accounts import rank_accounts, read_sightings

    with open_home(**shared) as home:
        found, nobody = rank_accounts(home, incident, read_sightings(reads), by)
    if as_json:
        print_json({"accounts": list(found), "nobody": nobody})
        return
    if not found:
        click.echo("No read of a decoy before the leak is in the logs: they point to nobody.")
        return
    rows = [
        [
            str(each.number),
            f"{each.leaked_read} of {each.leaked}",
            str(each.read),
            f"{each.odds:.3g}",
            f"{each.probability:.1%}",
            f"{each.chance:.2g}",
        ]
        for each in found[:20]
    ]
    table([by, "leaked decoys read", "decoys read", "odds against chance", "probability", "by chance"], rows)
    click.echo(f"None of them: {nobody:.1%}. A read is no theft:")
    for each in found[:3]:
        click.echo(f"  {by} {each.number}: " + "; ".join(_WORDS[word] for word in each.alternatives) + ".")
    click.echo(f"Names are sealed. Two authorised people open them: honeytokens accounts open {incident} --by {by}")


@command.command("open")
@click.argument("incident")
@click.option("--person", "persons", multiple=True, required=True, help="Who opens; give it twice.")
@click.option("--secret-file", "secret_files", multiple=True, type=FILE, help="Their passphrases, in the same order.")
@click.option("--reason", required=True, help="Why; it is logged before anything is told.")
@_by_option
@json_option
@home_options
def open_command(
    incident: str,
    persons: tuple[str, ...],
    secret_files: tuple[Path, ...],
    reason: str,
    by: Reader,
    as_json: bool,
    **shared: Any,
) -> None:
    """Tell which account each number stands for, with two authorised people present. The opening is logged.

    \b
    Example:
      honeytokens accounts open november --person "A. Roux" --person "B. Petit" --reason "request of the prosecutor"
    """
    from honeytokens.workflows.accounts import open_names

    if len(set(persons)) != 2 or len(secret_files) not in (0, 2):
        raise click.UsageError("Name two persons, with a --secret-file for both or for neither.")
    files = secret_files or (None, None)
    with open_home(**shared) as home:
        secrets = {name: _secret(name, file) for name, file in zip(persons, files, strict=True)}
        names = open_names(home, incident, secrets, reason, by)
    if as_json:
        print_json({str(number): name for number, name in names.items()})
        return
    for number, name in sorted(names.items()):
        click.echo(f"{by} {number}: {name}")


def _secret(name: str, file: Path | None, *, confirm: bool = False) -> str:
    if file is not None:
        return file.read_text("utf-8").rstrip("\r\n")
    return str(click.prompt(f"Passphrase of {name}", hide_input=True, confirmation_prompt=confirm, err=True))
