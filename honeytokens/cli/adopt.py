"""``honeytokens adopt``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json


@click.command("adopt")
@click.argument("campaign")
@json_option
@home_options
def command(campaign: str, as_json: bool, **shared: Any) -> int:
    """Take over the decoys that an administrator wrote with the script of plan --sql.

    They are found by what they are, in statements that hold no value, and are verified and withdrawn like any other
    from now on. Exit code 3 when some are not there.

    \b
    Example:
      honeytokens adopt spring
    """
    from honeytokens.workflows.adopt import adopt

    with open_home(**shared) as home:
        report = adopt(home, campaign)
    if as_json:
        print_json(report)
    else:
        click.echo(f"Adopted {report.adopted} decoys; {report.absent} were not found.")
    return 3 if report.absent else 0
