"""``honeytokens realism``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, progress, table


@click.command("realism")
@click.argument("system")
@click.option("--campaign", help="The campaign whose decoys are attacked. [default: the last one of the system]")
@json_option
@home_options
def command(system: str, campaign: str | None, as_json: bool, **shared: Any) -> int:
    """Attack a campaign's decoys: can they be told from the system's own patients, and by what?

    Classifiers that are given labelled rows, one that is given none, and the rules of public canary detectors look at
    the mapped columns of the patients' table. Nothing is written. Leaves with 3 when decoys can be told.

    \b
    Example:
      honeytokens realism his --campaign spring
    """
    from honeytokens.workflows.realism import realism

    with open_home(**shared) as home, progress("Attacking", 15) as on_progress:
        attacked, verdict = realism(home, system, campaign, on_progress=on_progress)
    if as_json:
        print_json({"campaign": attacked.name, "detectable": verdict.detectable, "verdict": verdict})
        return 3 if verdict.detectable else 0
    click.echo(f"{verdict.decoys} decoys of {attacked.name} against {verdict.patients} patients of {system}:")
    for name, share in verdict.empty:
        click.echo(f"  {name} is empty in every decoy and in {share:.0%} of patients: the attack is among these")
    rows = [
        [
            one.attacker,
            f"{one.decoys_per_patient:.0%}",
            f"{one.auc:.3f} ({one.low:.3f} to {one.high:.3f})",
            f"{one.baseline:.3f}",
            f"{one.caught:.1%}",
        ]
        for one in verdict.attacks
    ]
    table(["attacker", "decoys for each patient", "AUC (95%)", "patients against patients", "caught losing 1%"], rows)
    for detection in verdict.detections:
        click.echo(f"a public detector's rule fires: {detection.rule}, in {detection.decoys} of {detection.column}")
    click.echo("What gives them away:" if verdict.tells else "No single feature gives them away.")
    for tell in verdict.tells:
        click.echo(f"  {tell}")
    click.echo("Decoys can be told from patients." if verdict.detectable else "Decoys pass.")
    return 3 if verdict.detectable else 0
