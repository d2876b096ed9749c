"""``honeytokens withdraw``."""

from __future__ import annotations

import sys
from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home, rate_option
from honeytokens.cli.output import print_json, progress


@click.command("withdraw")
@click.option("--campaign", help="Only this campaign.")
@click.option("--all", "everything", is_flag=True, help="Every campaign.")
@click.option("--include-changed", is_flag=True, help="Also decoys that someone changed since.")
@click.option("--preview", is_flag=True, help="Say what would be deleted and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@rate_option
@json_option
@home_options
def command(
    campaign: str | None,
    everything: bool,
    include_changed: bool,
    preview: bool,
    yes: bool,
    rate: float | None,
    as_json: bool,
    **shared: Any,
) -> int:
    """Delete exactly the rows that were written, and cancel what was not planted yet.

    A decoy to which rows of the hospital refer is left in place and reported. What no one can undo, such as counters
    and binary logs, is listed.

    \b
    Example:
      honeytokens withdraw --campaign saint-anne-2026 --preview
    """
    if bool(campaign) == everything:
        raise click.UsageError("Name one with --campaign, or say --all.")
    from honeytokens.workflows.withdraw import withdraw

    with open_home(**shared) as home:
        if not (yes or preview) and sys.stdin.isatty():
            click.confirm(f"Withdraw {campaign or 'every campaign'}?", abort=True, err=True)
        with progress("Withdrawing") as on_progress:
            report = withdraw(
                home,
                campaign,
                include_changed=include_changed,
                preview=preview,
                rate=rate,
                on_progress=on_progress,
            )
    if as_json:
        refused = [{"decoy": str(ref), "reason": reason} for ref, reason in report.refused]
        print_json(
            {
                "withdrawn": report.withdrawn,
                "rows": report.rows,
                "cancelled": report.cancelled,
                "refused": refused,
                "residues": report.residues,
                "preview": preview,
            }
        )
    else:
        verb = "Would withdraw" if preview else "Withdrew"
        click.echo(f"{verb} {report.withdrawn} decoys ({report.rows} rows), cancelled {report.cancelled} not planted.")
        for ref, reason in report.refused:
            click.echo(f"left in place: {ref}: {reason}", err=True)
        if report.residues:
            click.echo("What no one can undo:")
            for residue in report.residues:
                click.echo(f"  {residue}")
    return 3 if report.refused else 0
