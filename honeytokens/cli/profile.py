"""``honeytokens profile``."""

from __future__ import annotations

from typing import Any

import click

from honeytokens.cli.options import home_options, json_option, open_home
from honeytokens.cli.output import print_json, progress


class _LearningGroup(click.Group):
    """Takes ``profile SYSTEM`` for ``profile learn SYSTEM``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["learn", *args]
        return super().parse_args(ctx, args)


@click.group("profile", cls=_LearningGroup)
def command() -> None:
    """What a system's own patients look like, as aggregates: decoys that are planned after it look alike.

    \b
    Example:
      honeytokens profile his
    """


@command.command("learn")
@click.argument("system")
@click.option("--sample", type=click.IntRange(1, 1000), default=1, help="Take every so many patients. [default: all]")
@click.option("--locale", help="Country whose words stand in for rare ones. [default: the one that fits best]")
@json_option
@home_options
def learn(system: str, sample: int, locale: str | None, as_json: bool, **shared: Any) -> None:
    """Read the mapped columns of a system's patients once, read-only, and keep their profile sealed in the home.

    Nothing that fewer than ten patients share is kept, and no row. Campaigns that are planned already stay as they are.

    \b
    Example:
      honeytokens profile learn his --sample 10
    """
    from honeytokens.workflows.profile import learn_profile

    with open_home(**shared) as home, progress("Reading patients") as on_progress:
        learnt = learn_profile(home, system, locale=locale, every=sample, on_progress=on_progress)
    profile = learnt.profile
    if as_json:
        print_json(
            {
                "system": system,
                "profile": learnt.digest,
                "patients": learnt.patients,
                "locale": profile.locale,
                "fit": learnt.fit,
                "columns": {name: column.shape.kind for name, column in profile.columns.items()},
                "lacking": profile.lacking,
            }
        )
        return
    click.echo(f"Learnt profile {learnt.digest[:12]} of {system} from {profile.patients} patients:")
    click.echo(f"  {', '.join(profile.columns)}")
    click.echo(f"  locale {profile.locale}, which knows {learnt.fit}% of their names and towns")
    for lack in profile.lacking:
        click.echo(f"  not known: {lack}")
    click.echo(f"Next: honeytokens profile show {system}; honeytokens plan")


@command.command("show")
@click.argument("system")
@click.option("--all", "everything", is_flag=True, help="Print the whole profile, as JSON.")
@home_options
def show(system: str, everything: bool, **shared: Any) -> None:
    """Say in words what the profile of a system holds, for whoever answers for the protection of data.

    \b
    Example:
      honeytokens profile show his
    """
    from honeytokens.profiles import document, explain
    from honeytokens.workflows.profile import shown_profile

    with open_home(**shared) as home:
        profile = shown_profile(home, system)
    if everything:
        click.echo(document(profile), nl=False)
        return
    for line in explain(profile):
        click.echo(line)


@command.command("forget")
@click.argument("system")
@home_options
def forget(system: str, **shared: Any) -> None:
    """Delete the profile of a system. Campaigns keep the one that they were planned with.

    \b
    Example:
      honeytokens profile forget his
    """
    from honeytokens.workflows.profile import forget_profile

    with open_home(**shared) as home:
        there = forget_profile(home, system)
    click.echo(f"Forgot the profile of {system}." if there else f"There was no profile of {system}.")
