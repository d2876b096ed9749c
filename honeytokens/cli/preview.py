"""``honeytokens preview``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honeytokens.cli.options import home_options, open_home

if TYPE_CHECKING:
    from honeytokens.formats import Batch, Origin


@click.command("preview")
@click.option(
    "--campaign", help="Decoys of this campaign. Without it: invented ones, from ranges reserved for fiction."
)
@click.option("-n", "--count", type=click.IntRange(1, 100), default=3, show_default=True, help="How many decoys.")
@click.option("--locale", default="fr_fr", show_default=True, help="Country of the invented ones.")
@click.option("--near", help="Postcode around which they live. [default: the locale's largest town]")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write an HTML page instead.")
@click.option("--force", is_flag=True, help="Replace the output file if it exists.")
@home_options
def command(
    campaign: str | None,
    count: int,
    locale: str,
    near: str | None,
    output: Path | None,
    force: bool,
    **shared: Any,
) -> None:
    """Look at a few decoys as a clinician's screen would show them. Nothing is written to a hospital's system.

    \b
    Examples:
      honeytokens preview
      honeytokens preview --campaign saint-anne-2026 -n 10 -o decoys.html
    """
    from honeytokens import locales
    from honeytokens.workflows.generate import GenerateRequest
    from honeytokens.workflows.preview import preview_campaign, preview_demo

    if campaign:
        with open_home(**shared) as home:
            batch, origin = preview_campaign(home, campaign, count)
    else:
        place = near or locales.get(locale).capital
        batch, origin = preview_demo(GenerateRequest(count, locale, place, datetime.now(UTC).date()))
    if output is None:
        _show(batch, origin)
        return
    from honeytokens import formats
    from honeytokens.files import replacing

    with replacing(output, force=force) as stream:
        formats.get("html").write([batch], stream, origin)
    click.echo(f"Wrote {output}")


def _show(batch: Batch, origin: Origin) -> None:
    from rich.console import Console, Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from honeytokens.formats.chart_words import words_of
    from honeytokens.formats.charts import charts

    words, console = words_of(origin.locale), Console(highlight=False)
    for chart in charts(batch, origin):
        details = Table.grid(padding=(0, 2))
        for label, value in (*chart.details, (words.allergies, ", ".join(chart.allergies) or words.no_allergy)):
            details.add_row(Text(label, style="dim"), Text(value))
        parts: list[Table | Text] = [Text(chart.line), details]
        for title, headers, rows, none in (
            (
                words.stays,
                (words.admitted, words.discharged, words.reason, words.code, words.practitioner),
                chart.stays,
                words.no_stay,
            ),
            (
                words.prescriptions,
                (words.prescribed, words.drug, words.dose, ""),
                chart.prescriptions,
                words.no_prescription,
            ),
        ):
            table = Table(*headers, title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
            for row in rows:
                table.add_row(*map(Text, row))
            parts.append(table if rows else Text(f"{title}: {none}"))
        console.print(
            Panel(
                Group(*parts),
                title=Text(f"{chart.surname.upper()} {chart.first_name}", style="bold"),
                title_align="left",
            )
        )
