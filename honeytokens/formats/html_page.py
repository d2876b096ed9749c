"""One HTML page, as a clinician's screen would show the patients: for people who judge whether they are believable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from jinja2 import Environment, PackageLoader, StrictUndefined

from honeytokens.formats.chart_words import words_of
from honeytokens.formats.charts import charts
from honeytokens.formats.interface import Batch, Origin

_ENVIRONMENT = Environment(
    loader=PackageLoader("honeytokens.formats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


class HtmlPage:
    """HTML 5, UTF-8, one article for each patient; no script, nothing from elsewhere."""

    tells_stories = True
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write the page, patient by patient."""
        page = _ENVIRONMENT.get_template("patients.html").generate(
            words=words_of(origin.locale),
            place=origin.establishment,
            charts=(chart for batch in batches for chart in charts(batch, origin)),
        )
        for piece in page:
            stream.write(piece.encode())
