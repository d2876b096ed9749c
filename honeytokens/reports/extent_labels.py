"""The words around how much was taken, in what shape, through whom, and what is claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from honeytokens.model import ClaimStanding


@dataclass(frozen=True, slots=True)
class ExtentLabels:
    """Words and templates of one language."""

    sources: str
    sources_caption: str
    system: str
    share: str
    share_between: str
    share_unknown: str
    share_drawn: str
    size: str
    shape: str
    no_shape: str
    form: str
    form_unknown: str
    through: str
    through_text: str
    claims: str
    claims_caption: str
    claims_none: str
    who: str
    part: str
    standings: Mapping[ClaimStanding, str]
    clocks: str
    clocks_caption: str
    whom: str
    until: str
    rule: str


_ENGLISH = ExtentLabels(
    sources="How much, of which table?",
    sources_caption="Share of each table that the leak holds",
    system="System and table",
    share="Share in the leak",
    share_between="{low} to {high} (about {few} to {many} patients)",
    share_unknown="–",
    share_drawn="Between {low} and {high}",
    size="What was stolen in all",
    shape="In what shape",
    no_shape="No page, filter or order shows.",
    form="What wrote the file",
    form_unknown="The form of the file is none that is known.",
    through="Through whom?",
    through_text="No salted extract is in the leak, and accounts are judged apart.",
    claims="What is claimed",
    claims_caption="Each part of each claim, held against the findings",
    claims_none="No claim is recorded.",
    who="Who claims it",
    part="What",
    standings={
        ClaimStanding.SUPPORTED: "Supported",
        ClaimStanding.REFUTED: "Refuted",
        ClaimStanding.OPEN: "Open",
        ClaimStanding.NOT_JUDGED: "Not judged",
    },
    clocks="Clocks",
    clocks_caption="Whom to tell, and until when",
    whom="Whom",
    until="Until",
    rule="Rule",
)

_FRENCH = ExtentLabels(
    sources="Combien, et de quelle table\u00a0?",
    sources_caption="Part de chaque table présente dans la fuite",
    system="Logiciel et table",
    share="Part dans la fuite",
    share_between="{low} à {high} (environ {few} à {many} patients)",
    share_unknown="–",
    share_drawn="Entre {low} et {high}",
    size="Étendue totale du vol",
    shape="Sous quelle forme",
    no_shape="Ni page, ni filtre, ni tri n’apparaît.",
    form="Ce qui a écrit le fichier",
    form_unknown="La forme du fichier n’est d’aucune fonction connue.",
    through="Par qui\u00a0?",
    through_text="Aucune extraction marquée n’est dans la fuite\u00a0; les comptes sont jugés à part.",
    claims="Ce qui est revendiqué",
    claims_caption="Chaque partie de chaque revendication, confrontée aux constats",
    claims_none="Aucune revendication n’est enregistrée.",
    who="Qui le revendique",
    part="Quoi",
    standings={
        ClaimStanding.SUPPORTED: "Étayé",
        ClaimStanding.REFUTED: "Réfuté",
        ClaimStanding.OPEN: "Ouvert",
        ClaimStanding.NOT_JUDGED: "Non jugé",
    },
    clocks="Délais",
    clocks_caption="Qui prévenir, et avant quand",
    whom="Qui",
    until="Avant",
    rule="Règle",
)

EXTENT_LABELS: Mapping[str, ExtentLabels] = MappingProxyType({"en": _ENGLISH, "fr": _FRENCH})
