"""Render the sample pages of ``docs/realism.md``: charts by Chromium, letters by pypdfium2, always of the same decoys.

::

    python tools/render_samples.py

The decoys are those of a fixed key and day, with ranges reserved for fiction; hospitals and doctors are invented for
the pictures. Needs ``chromium`` on the path and Pillow (both for this script alone).
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
from PIL import Image

from honeytokens import formats
from honeytokens.decoys import Maker
from honeytokens.formats import Batch, Origin
from honeytokens.model import Practitioner
from honeytokens.workflows.generate import GenerateRequest, demo_recipe

OUT = Path(__file__).parents[1] / "docs" / "images"
AS_OF = date(2026, 11, 1)
DOCTORS = (
    Practitioner("Lebrun", "Anne", specialty="cardiology"),
    Practitioner("Roy", "Paul", specialty="emergency"),
    Practitioner("Petit", "Luc"),
)
PAGES = {
    "fr": ("fr_fr", "75014", "Centre hospitalier des Tilleuls", (12, 9)),
    "en": ("en_gb", "SE1", "Elm Street Hospital", (11, 7)),
}
"""Language: locale, place, hospital, and the serials of the patients that are shown."""
COLOURS = 16


def main() -> None:
    """Write the pictures."""
    OUT.mkdir(exist_ok=True)
    for language, (locale, near, hospital, serials) in PAGES.items():
        recipe = replace(demo_recipe(GenerateRequest(0, locale, near, AS_OF)), practitioners=DOCTORS)
        maker = Maker("samples", recipe, bytes(range(32)), {})
        people = maker.identities(serials)
        stories = maker.stories(serials, people)
        batch = Batch(people, stories, maker.letters(serials, people, stories))
        origin = Origin(locale, AS_OF, hospital)
        _save(_page(_written("html", batch, origin)), f"chart-{language}")
        _save(_letter(_written("pdf", batch, origin)), f"letter-{language}")


def _written(name: str, batch: Batch, origin: Origin) -> bytes:
    stream = io.BytesIO()
    formats.get(name).write(iter([batch]), stream, origin)
    return stream.getvalue()


def _page(html: bytes) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.html").write_bytes(html)
        command = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=860,1180"]
        subprocess.run([*command, "--screenshot=page.png", "page.html"], cwd=folder, check=True, capture_output=True)
        return Image.open(Path(folder) / "page.png").convert("RGB")


def _letter(archive: bytes) -> Image.Image:
    """Return the longest letter of the archive."""
    with ZipFile(io.BytesIO(archive)) as opened:
        content = max((opened.read(name) for name in opened.namelist()), key=len)
    page: Image.Image = pypdfium2.PdfDocument(content)[0].render(scale=1.25).to_pil().convert("RGB")
    return page.crop((0, 0, page.width, page.height * 2 // 3))


def _save(image: Image.Image, name: str) -> None:
    image.quantize(COLOURS).save(OUT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
