"""``honeytokens plan``."""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from honeytokens.cli.options import DURATION, MOMENT, home_options, json_option, open_home, policy_option
from honeytokens.cli.output import duration, print_json, progress, when

if TYPE_CHECKING:
    from honeytokens.model import Policy
    from honeytokens.workflows.plan import PlanReport


class _PlanOrAdvise(click.Command):
    """Plans, unless ``--advise`` is given: then it is a command of its own, with options of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if "--advise" not in args:
            return super().make_context(info_name, args, parent, **extra)
        from honeytokens.cli.advise import command as advise

        return advise.make_context(info_name, [arg for arg in args if arg != "--advise"], parent, **extra)


@click.command("plan", cls=_PlanOrAdvise)
@click.argument("name")
@click.option("--system", required=True, help="The hospital system to plant in.")
@click.option("--establishment", required=True, help="The care site that the decoys are patients of.")
@click.option("-n", "--count", type=click.IntRange(1, 1_000_000), required=True, help="How many decoys.")
@click.option("--locale", help="Country whose names and places they have. [default: the profile's, or fr_fr]")
@click.option("--national", is_flag=True, help="Do as if no profile of the system had been learnt.")
@click.option("--start", type=MOMENT, help="When planting begins. [default: now]")
@click.option("--over", type=DURATION, default="0", show_default=True, help="Plant over this long, such as 90d.")
@click.option(
    "--stamp-every",
    type=DURATION,
    default="30d",
    show_default=True,
    help="Give each decoy a new street this often: this dates a theft. 0 for never.",
)
@click.option(
    "--max-share",
    type=click.FloatRange(0, 100, min_open=True),
    default=2,
    show_default=True,
    help="Refuse when decoys would be more than this percentage of the system's patients (200 are always allowed).",
)
@click.option("--allow-rare", is_flag=True, help="Accept constants that fewer than 20% of the host's rows have.")
@policy_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan to this sealed file instead of the registry; honeytokens apply FILE then writes exactly it.",
)
@click.option(
    "--sql",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a script for an administrator, where no tool may write. Whoever reads it knows the decoys.",
)
@click.option("--force", is_flag=True, help="Overwrite the file of --out or --sql.")
@click.option(
    "--advise",
    is_flag=True,
    expose_value=False,
    help="Plan nothing: tell what decoys can prove, and how many would do. See plan --advise --help.",
)
@click.option("--preview", is_flag=True, help="Show what would be planned and remember nothing.")
@json_option
@home_options
def command(
    name: str,
    system: str,
    establishment: str,
    count: int,
    locale: str | None,
    national: bool,
    start: datetime | None,
    over: timedelta,
    stamp_every: timedelta,
    max_share: float,
    allow_rare: bool,
    policies: tuple[tuple[str, Policy], ...],
    out: Path | None,
    sql: Path | None,
    force: bool,
    preview: bool,
    as_json: bool,
    **shared: Any,
) -> None:
    """Choose decoys for one establishment, and their calendar. Nothing is written to the hospital's system.

    The system is read once: its schema, and the names and birth dates of its patients, so that no decoy equals one.
    These stay in memory.

    \b
    Examples:
      honeytokens plan --advise --rows 1000 --power 0.99 --window 2d
      honeytokens plan saint-anne-2026 --system his --establishment saint-anne -n 150 --over 90d
    """
    if out is not None and sql is not None:
        raise click.UsageError("--out and --sql exclude each other.")
    from honeytokens.profiles import digest
    from honeytokens.workflows.adopt import script
    from honeytokens.workflows.plan import PlanRequest, plan, remember
    from honeytokens.workflows.plan_file import save_plan

    with open_home(**shared) as home, progress("Choosing decoys", count) as on_progress:
        starts = start or home.now()
        request = PlanRequest(
            name,
            system,
            establishment,
            count,
            locale,
            starts,
            over,
            stamp_every or None,
            dict(policies),
            national,
            max_share / 100,
            allow_rare,
            sql is not None,
        )
        with _script_file(None if preview else sql, force=force) as file:
            report = plan(home, request, save=not (preview or out or sql), on_progress=on_progress)
            if out is not None and not preview:
                save_plan(home, report, out, force=force)
            if file is not None:
                file.writelines(f"{line}\n".encode() for line in script(home, report.campaign))
                remember(home, report)
    next_step = "" if preview else _next_step(name, out, sql)
    campaign = report.campaign
    if as_json:
        print_json(
            {
                "campaign": campaign.name,
                "decoys": len(campaign.serials),
                "rows_each": report.rows_each,
                "host_patients": campaign.host_patients,
                "first_due": report.placements[0].due,
                "last_due": max(placement.due for placement in report.placements),
                "skipped": report.skipped,
                "given_up": report.given_up,
                "policies": campaign.recipe.policies,
                "sample": report.sample,
                "profile": digest(campaign.recipe.profile) or None,
                "saved": not (preview or out),
                "file": None if preview or out is None else str(out),
            }
        )
        return
    _say(report, count, preview=preview)
    click.echo(next_step, nl=bool(next_step))


def _next_step(name: str, out: Path | None, sql: Path | None) -> str:
    if out is not None:
        return f"Saved to {out}, for 7 days. Every row: honeytokens apply {out} --preview; then apply it"
    if sql is not None:
        return f"Wrote {sql}: whoever reads it knows the decoys. Run it once, delete it, then: honeytokens adopt {name}"
    return "Next: honeytokens apply"


def _script_file(path: Path | None, *, force: bool) -> AbstractContextManager[IO[bytes] | None]:
    """Return the file of a script, opened before anything is remembered; nothing when none is wanted."""
    from honeytokens.files import replacing

    return nullcontext() if path is None else replacing(path, force=force)


def _say(report: PlanReport, count: int, *, preview: bool) -> None:
    """Print a plan for people."""
    from honeytokens.profiles import digest

    campaign = report.campaign
    establishment, system = campaign.establishment, campaign.system
    share = 100 * count / (campaign.host_patients + count)
    click.echo(f"{'Would plan' if preview else 'Planned'} {count} decoys for {establishment} in {system}:")
    click.echo(f"  about {report.rows_each:.1f} rows each; {share:.2f}% of {campaign.host_patients + count} patients")
    last = max(placement.due for placement in report.placements)
    click.echo(f"  planted from {when(campaign.starts)} to {when(last)}")
    every = campaign.stamp_every
    if campaign.recipe.profile:
        click.echo(f"  after the profile {digest(campaign.recipe.profile)[:12]} of {system}")
    click.echo(f"  a new street every {duration(every)}" if every else "  never rewritten")
    chosen = dataclasses.asdict(campaign.recipe.policies)
    click.echo("  policies: " + ", ".join(f"{field.replace('_', ' ')} {policy}" for field, policy in chosen.items()))
    for reason, number in report.skipped.items():
        click.echo(f"  {number} serials skipped: {reason}")
    if report.given_up:
        pairs = ", ".join(f"{one} and {other}".replace("_", " ") for one, other in report.given_up)
        click.echo(f"  with so many decoys in {establishment}, two of them may share {pairs}:")
        click.echo("  such a pair alone no longer tells which decoy it is; any other two fields still do")
    click.echo("The first decoy's rows:")
    for draft in report.sample:
        click.echo(f"  + {draft.table}: " + ", ".join(f"{c}={v}" for c, v in draft.values.items()))
