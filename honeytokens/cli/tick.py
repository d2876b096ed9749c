"""``honeytokens tick``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home, rate_option
from honeytokens.cli.output import print_json, progress, when


@click.command("tick")
@rate_option
@json_option
@home_options
def command(rate: float | None, as_json: bool, **shared: Any) -> int:
    """Guard the patients, then plant and rewrite what is due. Made to run unattended, many times a day.

    First every system is watched for a real patient who came to have a decoy's name and birth date, or its birth date
    and the first three letters of its name: that decoy is taken out at once. Then apply. Exit code 3 when something
    needs a person. docs/systemd has a timer and a service to copy; from cron, unlock with --key-file.

    \b
    Example:
      */15 8-19 * * 1-6  honeytokens tick --home /var/lib/honeytokens --key-file /etc/honeytokens/key --rate 20
    """
    from honeytokens.workflows.tick import tick

    with open_home(**shared) as home, progress("Planting") as on_progress:
        report = tick(home, rate=rate, on_progress=on_progress)
    problems = [*report.problems, *report.applied.problems]
    if as_json:
        print_json(
            {
                "arrived": [{"decoy": str(one.ref), "same": one.same} for one in report.arrived],
                "withdrawn": report.withdrawn,
                "planted": report.applied.planted,
                "rewritten": report.applied.rewritten,
                "resumed": report.applied.resumed,
                "next_due": report.applied.next_due,
                "problems": problems,
            }
        )
    else:
        for one in report.arrived:
            click.echo(f"{one.ref}: a real patient {one.words}")
        done = report.applied
        click.echo(
            f"Took out {report.withdrawn} of {len(report.arrived)} beside whom a patient came; planted {done.planted},"
            f" rewrote {done.rewritten}, finished {done.resumed} cut short."
        )
        if done.next_due:
            click.echo(f"The next is due on {when(done.next_due)}.")
        for problem in problems:
            click.echo(f"look at this: {problem}", err=True)
    return 3 if problems else 0
