"""``honeytokens doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from honeytokens.cli.options import home_options, home_path, json_option, open_home
from honeytokens.cli.output import print_json


@click.command("doctor")
@json_option
@home_options
def command(as_json: bool, home: Path | None, **shared: Any) -> int:
    """Look for what is wrong with the installation, the home and its connections, and say how to mend it.

    \b
    Example:
      honeytokens doctor --home ~/honeytokens
    """
    from honeytokens.workflows.doctor import examine_home, examine_installation

    path = home_path(home)
    findings = [*examine_installation(), *examine_home(path, lambda: open_home(home=home, **shared))]
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            mark = click.style("ok  ", fg="green") if finding.problem is None else click.style("BAD ", fg="red")
            rest = "" if finding.problem is None else f": {finding.problem}. {finding.remedy}."
            click.echo(f"{mark} {finding.subject}{rest}")
    return 3 if any(finding.problem for finding in findings) else 0
