"""SQL that MariaDB, MySQL and PostgreSQL all load: a table named ``patients`` and INSERT statements of many rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import polars as pl

from honeytokens.formats.interface import Batch, Origin
from honeytokens.model import Field

_ROWS = 500
"""How many rows one statement inserts: some 100 kB, well below what servers take at once by default."""
_COLUMNS = ", ".join(Field)
_TYPES = ",\n".join(f"  {field} {'date' if field is Field.BIRTH_DATE else 'varchar(255)'}" for field in Field)
# The comments that begin with ! are statements to MariaDB and MySQL, and to nobody else: there a backslash in a string
# is to be itself, as the standard says, and utf8 is to mean all of Unicode.
_HEAD = f"""SET NAMES 'utf8';
/*!40101 SET NAMES utf8mb4 */;
/*!40101 SET SQL_MODE=CONCAT(@@SQL_MODE, ',NO_BACKSLASH_ESCAPES') */;
CREATE TABLE IF NOT EXISTS patients (
{_TYPES}
) /*!40101 DEFAULT CHARSET=utf8mb4 */;
"""


class Sql:
    """The table is made if there is none yet. An empty value is NULL; strings are quoted as the SQL standard says."""

    tells_stories = False
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:  # noqa: ARG002
        """Write every batch, as statements of at most 500 rows. A NUL, which PostgreSQL cannot store, is left out."""
        stream.write(_HEAD.encode())
        for batch in batches:
            rows = batch.identities.select(pl.format("({})", pl.concat_str(_literals(), separator=", "))).to_series()
            for first in range(0, len(rows), _ROWS):
                values = ",\n".join(rows.slice(first, _ROWS))
                stream.write(f"INSERT INTO patients ({_COLUMNS}) VALUES\n{values};\n".encode())


def _literals() -> list[pl.Expr]:
    """Return each column as SQL literals."""
    texts = (pl.col(field).cast(pl.String) for field in Field)
    quoted = (text.str.replace_all("\0", "", literal=True).str.replace_all("'", "''", literal=True) for text in texts)
    return [pl.format("'{}'", text).fill_null("NULL") for text in quoted]
