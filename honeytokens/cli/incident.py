"""``honeytokens incident``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from honeytokens.cli.options import MOMENT, home_options, json_option, open_home
from honeytokens.cli.output import print_json, table, when


@click.group("incident")
def command() -> None:
    """Claims and files that belong to one leak. Claims are kept apart: nothing in them is taken for true.

    \b
    Example:
      honeytokens incident add november --aware 2026-11-09T09:10
      honeytokens incident claim add november --who "forum user X" --what "750k patients" --records 750000
      honeytokens attribute november sample1.csv sample2.csv
    """


@command.command("add")
@click.argument("name")
@click.option("--aware", type=MOMENT, help="When you became aware of it: the legal clocks run from then.")
@home_options
def add(name: str, aware: datetime | None, **shared: Any) -> None:
    """Open an incident.

    \b
    Example:
      honeytokens incident add november --aware 2026-11-09T09:10
    """
    from honeytokens.workflows.incident import open_incident

    with open_home(**shared) as home:
        open_incident(home, name, aware)
    click.echo(f"Opened {name}. Next: honeytokens attribute {name} FILE")


@command.command("change")
@click.argument("name")
@click.option("--aware", type=MOMENT, required=True, help="When you became aware of it.")
@home_options
def change(name: str, aware: datetime, **shared: Any) -> None:
    """Record when you became aware of an incident.

    \b
    Example:
      honeytokens incident change november --aware 2026-11-09T09:10
    """
    from honeytokens.workflows.incident import set_aware

    with open_home(**shared) as home:
        set_aware(home, name, aware)
    click.echo(f"{name}: aware since {when(aware)}.")


@command.group("claim")
def claim() -> None:
    """What the thieves say.

    \b
    Example:
      honeytokens incident claim add november --who "forum user X" --what "750k patients" --records 750000
    """


@claim.command("add")
@click.argument("incident")
@click.option("--who", required=True, help="Who claims it, and where.")
@click.option("--what", required=True, help="What they say, in short.")
@click.option("--records", type=click.IntRange(min=1), help="How many records they claim.")
@click.option("--site", "sites", multiple=True, help="An establishment that they name; several times for several.")
@click.option("--taken", type=MOMENT, help="When they say that they took it.")
@click.option("--made", type=MOMENT, help="When they said so. [default: now]")
@click.option("--access", is_flag=True, help="They claim access, which no rows can judge.")
@home_options
def claim_add(
    incident: str,
    who: str,
    what: str,
    records: int | None,
    sites: tuple[str, ...],
    taken: datetime | None,
    made: datetime | None,
    access: bool,
    **shared: Any,
) -> None:
    """Record a claim: who says what, how many, of which sites, taken when.

    \b
    Examples:
      honeytokens incident claim add november --who "forum user X" --what "750k patients" --records 750000
      honeytokens incident claim add november --who "forum user X" --what "admin access" --access --site saint-anne
    """
    from honeytokens.model import Claim
    from honeytokens.workflows.incident import add_claim

    with open_home(**shared) as home:
        kept = add_claim(home, incident, Claim(who, what, made or home.now(), access, records, sites, taken))
    click.echo(f"{incident} has {len(kept.claims)} claims.")


@command.command("list")
@json_option
@home_options
def list_(as_json: bool, **shared: Any) -> None:
    """List the incidents, their files and claims.

    \b
    Example:
      honeytokens incident list --json
    """
    with open_home(**shared) as home:
        incidents = list(home.incidents.all().values())
    if as_json:
        print_json(
            [
                {
                    "name": each.name,
                    "opened": each.opened,
                    "aware": each.aware,
                    "claims": list(each.claims),
                    "files": [
                        {"name": leak.name, "sha256": leak.digest, "added": leak.added, "hits": len(leak.result.hits)}
                        for leak in each.leaks
                    ],
                }
                for each in incidents
            ]
        )
        return
    if not incidents:
        click.echo("No incident yet. Next: honeytokens incident add NAME")
        return
    rows = [
        [each.name, when(each.opened), when(each.aware), str(len(each.claims)), str(len(each.leaks))]
        for each in incidents
    ]
    table(["incident", "opened", "aware", "claims", "files"], rows)
