"""``honeytokens apply``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honeytokens.cli.options import home_options, json_option, open_home, rate_option
from honeytokens.cli.output import print_json, progress, when

if TYPE_CHECKING:
    from honeytokens.workflows.undo import UndoReport


@click.command("apply")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--campaign", help="Only this campaign. [default: all]")
@click.option("--preview", is_flag=True, help="With FILE: show every row that it writes, and write nothing.")
@click.option("--resume", is_flag=True, help="Only finish what was cut short; plant and rewrite nothing new.")
@click.option("--undo", is_flag=True, help="Take back what was cut short, to what stood before.")
@rate_option
@click.option(
    "--accept-detectable",
    is_flag=True,
    help="Plant decoys even if they can be told from patients; this is recorded.",
)
@json_option
@home_options
def command(
    file: Path | None,
    campaign: str | None,
    preview: bool,
    resume: bool,
    undo: bool,
    rate: float | None,
    accept_detectable: bool,
    as_json: bool,
    **shared: Any,
) -> int:
    """Write what is due: new decoys, and the new streets of planted ones.

    Before the first decoy of a campaign is planted its decoys are attacked (see honeytokens realism), and nothing of it
    is planted when they can be told from patients. Run it daily, in working hours, so that rows appear when rows do. A
    run that was cut short is finished by the next one; a second run with nothing due does nothing.

    With FILE, a plan that plan --out saved is held against the tables and the patients as they are now, and written
    exactly as it was shown, or refused.

    \b
    Examples:
      honeytokens apply --passphrase-file /run/credentials/honeytokens
      honeytokens apply spring.plan --preview
    """
    from honeytokens.workflows.apply import apply

    if (preview and file is None) or (resume and undo) or (file and (campaign or resume or undo)):
        raise click.UsageError("FILE goes with --preview alone; --resume and --undo exclude each other.")
    if file is not None and preview:
        return _show(file, shared)
    with open_home(**shared) as home, progress("Planting") as on_progress:
        if file is not None:
            from honeytokens.workflows.plan_file import take_plan

            campaign = take_plan(home, file).name
        if undo:
            from honeytokens.workflows.undo import undo as take_back

            return _undone(take_back(home, campaign), as_json=as_json)
        report = apply(
            home,
            campaign,
            rate=rate,
            only_cut_short=resume,
            accept_detectable=accept_detectable,
            on_progress=on_progress,
        )
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


def _undone(report: UndoReport, *, as_json: bool) -> int:
    if as_json:
        print_json({"undone": report.undone, "problems": report.problems})
    else:
        click.echo(f"Took back {report.undone} cut short.")
        for problem in report.problems:
            click.echo(f"left as it is: {problem}", err=True)
    return 3 if report.problems else 0


def _show(file: Path, shared: dict[str, Any]) -> int:
    """Print a saved plan as a diff: every row that is written, and what is not touched."""
    from honeytokens.workflows.plan_file import draft_lines, read_plan, shown_rows

    with open_home(**shared) as home:
        plan = read_plan(home, file)
        tables: dict[str, int] = {}
        for decoy, rows in shown_rows(home, plan):
            click.echo(f"{decoy.ref}")
            for line in draft_lines(rows):
                click.echo(f"  {line}")
            for row in rows:
                tables[row.table] = tables.get(row.table, 0) + 1
    click.echo(f"Rows to be added: {', '.join(f'{number} to {table}' for table, number in tables.items())}.")
    click.echo(
        "Not touched: every row that is there, every other table, every definition. No row is changed or deleted."
    )
    click.echo(f"Expires on {when(plan.expires)}. Columns of the moment of planting get that moment.")
    return 0
