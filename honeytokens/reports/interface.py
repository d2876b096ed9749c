"""What a report must provide: one file, made of a verdict and the scan that it judges, in the verdict's language."""

from __future__ import annotations

from typing import Protocol

from honeytokens.model import ScanResult, Verdict


class Report(Protocol):
    """One kind of report. It reads nothing else, and asks nothing of the network when it is opened.

    File names in a dump come from thieves: a report writes them so that they stay plain text. It shows which fields of
    a decoy were found and where, never a value.
    """

    suffix: str
    """How the file's name ends, with the dot."""

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the whole report, as text that UTF-8 can hold."""
