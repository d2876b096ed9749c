"""The languages of a verdict. To add one, write its texts in a file and add a line here."""

from __future__ import annotations

from types import MappingProxyType

from honeytokens.attribution.wording_en import ENGLISH
from honeytokens.attribution.wording_fr import FRENCH

WORDINGS = MappingProxyType({"en": ENGLISH, "fr": FRENCH})
