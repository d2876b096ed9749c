"""Rules that ignore decoys, each with a reason and a day from which it no longer holds.

The file is TOML, made to be read by people and kept under review; it names decoys by campaign and serial, which tells
nobody who they are::

    [[ignore]]
    decoy = "spring/12"        # or "spring/*", every decoy of the campaign
    reason = "In the test extract that was handed out in clear"
    expires = 2027-03-01       # from this day on they are reported again
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints, ValidationError

from honeytokens.errors import ScanError
from honeytokens.model import DecoyRef, Hit, ScanResult, SetAside

_EVERY = "*"


class _RulePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    decoy: Annotated[str, StringConstraints(pattern=r"^.+/(?:[0-9]{1,20}|\*)$")]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    expires: Annotated[date, Strict()]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ignore: tuple[_RulePart, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Ignores one decoy of a campaign, or with no ``serial`` all of them, before the day ``expires``."""

    campaign: str
    serial: int | None
    reason: str
    expires: date

    def __str__(self) -> str:
        """Return whom it ignores, as the file says it."""
        return f"{self.campaign}/{_EVERY if self.serial is None else self.serial}"

    def names(self, decoy: DecoyRef) -> bool:
        """Return whether the rule is about a decoy."""
        return decoy.campaign == self.campaign and self.serial in {None, decoy.serial}


class Rules:
    """The rules that hold on a day; ``expired`` are those that no longer do."""

    def __init__(self, rules: Sequence[Rule], today: date) -> None:
        self._holding = [rule for rule in rules if today < rule.expires]
        self.expired = [rule for rule in rules if rule.expires <= today]

    @classmethod
    def read(cls, path: Path, today: date, campaigns: Sequence[str]) -> Rules:
        """Read a file of rules about decoys of some campaigns.

        Raises ``ScanError`` when it cannot be read, a rule lacks reason or expiry, or names a campaign that is not.
        """
        try:
            parts = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).ignore
        except OSError as error:
            raise ScanError(f"{path} cannot be read: {error.strerror}", "Name a file of ignore rules") from error
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = " ".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
            raise ScanError(
                f"{path} is wrong at {place}: {first['msg']}",
                'Each [[ignore]] has decoy = "campaign/serial", reason and expires = a date',
            ) from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ScanError(f"{path} is no TOML: {error}", "Mend it") from None
        return cls([_rule(part, path, campaigns) for part in parts], today)

    def holding(self, decoy: DecoyRef) -> Rule | None:
        """Return the rule that ignores a decoy, if one does."""
        return next((rule for rule in self._holding if rule.names(decoy)), None)

    def set_aside(self, result: ScanResult) -> ScanResult:
        """Return a result with the hits and leads that are ignored set aside."""
        kept: tuple[list[Hit], list[Hit]] = ([], [])
        aside = list(result.set_aside)
        for is_lead, hits in ((False, result.hits), (True, result.leads)):
            for hit in hits:
                rule = self.holding(hit.decoy)
                if rule is None:
                    kept[is_lead].append(hit)
                else:
                    aside.append(SetAside(hit, is_lead, f"Ignored: {rule.reason}", rule.expires))
        return replace(result, hits=tuple(kept[False]), leads=tuple(kept[True]), set_aside=tuple(aside))


def _rule(part: _RulePart, path: Path, campaigns: Sequence[str]) -> Rule:
    campaign, _, serial = part.decoy.rpartition("/")
    if campaign not in campaigns:
        raise ScanError(f"{path} ignores {part.decoy}, and there is no campaign {campaign}", "Mend the rule's decoy")
    return Rule(campaign, None if serial == _EVERY else int(serial), part.reason, part.expires)
