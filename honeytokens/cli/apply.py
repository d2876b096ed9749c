"""``honeytokens apply``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home, rate_option
from honeytokens.cli.output import print_json, progress, when


@click.command("apply")
@click.option("--campaign", help="Only this campaign. [default: all]")
@rate_option
@click.option(
    "--accept-detectable",
    is_flag=True,
    help="Plant decoys even if they can be told from patients; this is recorded.",
)
@json_option
@home_options
def command(campaign: str | None, rate: float | None, accept_detectable: bool, as_json: bool, **shared: Any) -> int:
    """Write what is due: new decoys, and the new streets of planted ones.

    Before the first decoy of a campaign is planted its decoys are attacked (see honeytokens realism), and nothing of it
    is planted when they can be told from patients. Run it daily, in working hours, so that rows appear when rows do. A
    run that was cut short is finished by the next one; a second run with nothing due does nothing.

    \b
    Example:
      honeytokens apply --passphrase-file /run/credentials/honeytokens
    """
    from honeytokens.workflows.apply import apply

    with open_home(**shared) as home, progress("Planting") as on_progress:
        report = apply(home, campaign, rate=rate, accept_detectable=accept_detectable, on_progress=on_progress)
    if as_json:
        print_json(report)
    else:
        click.echo(f"Planted {report.planted}, rewrote {report.rewritten}, finished {report.resumed} cut short.")
        if report.waiting:
            click.echo(f"{report.waiting} keep their street until its next version: another decoy has the one due now.")
        if report.not_due:
            click.echo(f"{report.not_due} are not due yet; the next on {when(report.next_due)}.")
        for name in report.unattacked:
            click.echo(f"{name} was begun without being attacked: pip install 'honeytokens[realism]'", err=True)
        for problem in report.problems:
            click.echo(f"left as it is: {problem}", err=True)
    return 3 if report.problems else 0
