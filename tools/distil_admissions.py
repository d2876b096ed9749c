"""Distil ``honeytokens/clinical/data/admissions.csv`` from a table of NHS England, always to the same bytes.

The table is the sheet "Primary Diagnosis Summary" of Hospital Admitted Patient Care Activity, 2023-24: Diagnosis
(``hosp-epis-stat-admi-diag-2023-24-tab.xlsx``; see ``docs/data_sources.md``)::

    python tools/distil_admissions.py hosp-epis-stat-admi-diag-2023-24-tab.xlsx

Kept: for each block of ICD-10 that a condition names, the finished consultant episodes of men and of women, and those
of each band of age. Nothing else is read.
"""

import csv
import io
import re
import sys
import tomllib
from pathlib import Path

from python_calamine import CalamineWorkbook

OUT = Path(__file__).parents[1] / "honeytokens" / "clinical" / "data"
SHEET = "Primary Diagnosis Summary"


def main(path: str) -> None:
    """Write the table."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET).to_python()
    start = next(i for i, row in enumerate(rows) if str(row[0]).startswith("Primary diagnosis"))
    header = [" ".join(str(cell).split()) for cell in rows[start]]
    bands = {i: _ages(name) for i, name in enumerate(header) if name.startswith("Age ")}
    columns = [header.index("Female (FCE)"), header.index("Male (FCE)"), *bands]
    found = {str(row[0]): [int(float(str(row[i] or 0))) for i in columns] for row in rows[start + 1 :]}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["block", "female", "male", *bands.values()])
    writer.writerows([block, *found[block]] for block in sorted(_blocks()))
    (OUT / "admissions.csv").write_text(text.getvalue(), "utf-8")


def _ages(name: str) -> str:
    """Return the first and the last age of a heading such as ``Age 1-4 (FCE)``; 90 and over ends with 110."""
    first, last = re.fullmatch(r"Age (\d+)(?:-(\d+)|\+)? \(FCE\)", name).groups()  # type: ignore[union-attr]
    return f"{first}-{last or ('110' if '+' in name else first)}"


def _blocks() -> set[str]:
    tables = (tomllib.loads(file.read_text("utf-8")) for file in OUT.glob("*.toml"))
    return {row["block"] for table in tables for row in table.get("conditions", ())}


if __name__ == "__main__":
    main(sys.argv[1])
