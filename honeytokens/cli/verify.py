"""``honeytokens verify``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, progress


@click.command("verify")
@click.option("--campaign", help="Only this campaign. [default: all]")
@click.option(
    "--relocate",
    is_flag=True,
    help="After a restore, a migration or a merge: find every decoy again and remember where it stands.",
)
@json_option
@home_options
def command(campaign: str | None, relocate: bool, as_json: bool, **shared: Any) -> int:
    """Read every planted row back and compare it with what was written. Writes nothing to the system.

    Also watches for a real patient who has come to have a decoy's name and birth date, or its birth date and the first
    three letters of its name. Exit code 3 when anything is not as it was written, or anybody came.

    \b
    Example:
      honeytokens verify
    """
    from honeytokens.workflows.relocate import relocate as find_again
    from honeytokens.workflows.verify import verify

    with open_home(**shared) as home, progress("Checking") as on_progress:
        if relocate:
            seen = find_again(home, campaign)
            click.echo(
                f"Found again: {len(seen.back)} withdrawn that came back, {len(seen.moved)} under other keys;"
                f" {len(seen.lost)} not found.",
                err=True,
            )
        report = verify(home, campaign, on_progress=on_progress)
    if as_json:
        lists = {name: getattr(report, name) for name in ("changed", "missing", "replaced", "linked")}
        print_json(
            {
                "checked": report.checked,
                "unfinished": report.unfinished,
                **{
                    name: [{"decoy": str(ref), "where": where} for ref, where in found] for name, found in lists.items()
                },
                "arrived": [{"decoy": str(one.ref), "same": one.same} for one in report.arrived],
                "sound": report.sound,
            }
        )
        return 0 if report.sound else 3
    click.echo(f"Checked {report.checked} decoys: {'all as written' if report.sound else 'look at these'}.")
    for arrival in report.arrived:
        click.echo(f"{arrival.ref}: a real patient {arrival.words}: run honeytokens tick, which takes it out")
    for ref, place in report.changed:
        click.echo(f"{ref}: {place} was changed by someone")
    for ref, place in dict.fromkeys(report.missing):
        click.echo(f"{ref}: its row in {place} is gone")
    for ref, place in dict.fromkeys(report.replaced):
        click.echo(f"{ref}: another row has its key in {place} now, or it was changed beyond recognition")
    for ref, place in report.linked:
        click.echo(f"{ref}: {place} refers to it")
    if report.unfinished:
        click.echo(f"{report.unfinished} were cut short: run honeytokens apply, or withdraw again if that was stopped")
    if report.missing or report.replaced:
        click.echo(
            "Where rows are gone, as after a restored backup: run verify --relocate, then withdraw what came back."
        )
    return 0 if report.sound else 3
