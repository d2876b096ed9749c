"""Scanning: a dump to hits and leads.

This room reads dumps: it writes no file but the index of decoys and, sealed, what the operator asks for. It logs
nothing, and keeps nothing of a record but the place where a decoy was found and which of the decoy's own fields agreed.
Importing it loads the compiler; ``ignoring`` is imported by its own name, because it loads pydantic.
"""

from honeytokens.scanning.baseline import Baseline
from honeytokens.scanning.index import Index
from honeytokens.scanning.index_file import IndexFile
from honeytokens.scanning.matched_lines import MatchedLine, read_lines, write_lines
from honeytokens.scanning.password_file import read_passwords
from honeytokens.scanning.scanner import match_values, scan

__all__ = [
    "Baseline",
    "Index",
    "IndexFile",
    "MatchedLine",
    "match_values",
    "read_lines",
    "read_passwords",
    "scan",
    "write_lines",
]
