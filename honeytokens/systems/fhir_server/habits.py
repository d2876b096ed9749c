"""What a host's own resources look like, so that a decoy's look alike: elements, identifiers, profiles, spellings.

Learnt from a bounded sample of each type. Nothing of a sample is kept but what many of its resources share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

import orjson

from honeytokens.systems.fhir_server.client import Json, part, parts
from honeytokens.systems.interface import COMMON

SAMPLE = 400
"""How many resources of each type are looked at."""
_MOST = 0.5
_SHAPES = 5
"""A site's numbers are of so many shapes at most; where there are more they are of no shape."""
_SHARED = ("active", "language", "communication", "deceasedBoolean", "multipleBirthBoolean")
"""What most patients of a host may have in common without being alike."""
_NEVER_DROPPED = {
    "Patient": "resourceType identifier identifier.system identifier.value name name.family name.given birthDate"
    " gender",
    "Encounter": "resourceType status class class.system class.code subject subject.reference",
    "Condition": "resourceType clinicalStatus clinicalStatus.* code code.* subject subject.reference",
    "AllergyIntolerance": "resourceType clinicalStatus clinicalStatus.* code code.text patient patient.reference",
    "MedicationRequest": "resourceType status intent medicationCodeableConcept medicationCodeableConcept.*"
    " subject subject.reference",
    "Observation": "resourceType status category category.* code code.* subject subject.reference valueQuantity"
    " valueQuantity.* component component.*",
}
"""What FHIR demands of each type, and what there would be no sense without."""
_TOLD_APART = {"extension": "url", "telecom": "system", "identifier": "system", "code.coding": "code"}
"""Elements of several kinds, and by what these are told apart."""


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of one type of resource.

    ``shares`` is the share of the host's resources that have an element, by its path; ``identifier`` the frame of the
    site's own numbers (all but the value) and ``shapes`` how these are written; ``shared`` what most have in common.
    """

    kind: str
    shares: dict[str, float]
    profiles: tuple[str, ...]
    shared: Json
    identifier: Json | None
    shapes: frozenset[str]
    two_names: bool
    country: str | None
    capitals: bool
    plain_phones: bool

    @classmethod
    def learnt(cls, kind: str, sample: Sequence[Json], system: str | None = None) -> Self:
        """Learn from one or more resources of one type; ``system`` is that of the site's own numbers."""
        counts = Counter(path for one in sample for path in set(_paths(one)))
        frame, values = _identifier(sample, system)
        shapes = frozenset(shape(value) for value in values)
        families = [str(name["family"]) for one in sample for name in parts(one, "name") if name.get("family")]
        countries = [str(home["country"]) for one in sample for home in parts(one, "address") if home.get("country")]
        phones = [
            str(way["value"])
            for one in sample
            for way in parts(one, "telecom")
            if way.get("system") == "phone" and way.get("value")
        ]
        return cls(
            kind,
            {path: count / len(sample) for path, count in counts.items()},
            tuple(_most([_profiles(one) for one in sample]) or ()),
            {name: value for name in _SHARED if (value := _most([one.get(name) for one in sample])) is not None},
            frame,
            shapes if len(shapes) <= _SHAPES else frozenset(),
            sum(len(parts(one, "name")) > 1 for one in sample) >= COMMON * len(sample),
            Counter(countries).most_common(1)[0][0] if countries else None,
            _share(families, str.isupper) > _MOST,
            _share(phones, lambda phone: re.search(r"[ .\-/]", phone) is None) > _MOST,
        )

    def usual(self, path: str) -> bool:
        """Return whether enough of the host's resources have an element."""
        return self.shares.get(path, 0) >= COMMON

    def knows(self, resource: Json) -> bool:
        """Return whether the host has resources like this one: of observations, such as measure the same."""
        if self.kind != "Observation":
            return True
        [coding] = resource["code"]["coding"]
        return f"code.coding[{coding['code']}]" in self.shares

    def fits(self, number: str) -> bool:
        """Return whether a number is written as those of the site are."""
        return not self.shapes or shape(number) in self.shapes

    def like_the_hosts(self, resource: Json) -> Json:
        """Return a resource of ours without what is not usual, with what most have, spelt as the host spells it."""
        dressed = deepcopy(resource)
        if self.kind == "Patient":
            self._dress(dressed)
        for concept in _concepts(dressed):
            for coding in concept.get("coding", ()):
                if "text" in concept and "display" not in coding:
                    coding["display"] = concept["text"]
        kept: Json = {
            name: value
            for name, value in ((name, self._kept(name, value)) for name, value in dressed.items())
            if value is not None
        }
        kept |= {name: value for name, value in self.shared.items() if name not in kept}
        if self.profiles:
            kept["meta"] = {"profile": list(self.profiles)}
        return kept

    def _dress(self, patient: Json) -> None:
        national = [one for one in patient["identifier"][1:] if self.usual(f"identifier[{one.get('system')}]")]
        patient["identifier"] = [
            (self.identifier or {}) | {"value": patient["identifier"][0]["value"]},
            *({name: one[name] for name in one if self.usual(f"identifier.{name}")} for one in national),
        ]
        for name in patient["name"]:
            if self.capitals:
                name["family"] = name["family"].upper()
            if self.usual("name.text"):
                name["text"] = f"{' '.join(name['given'])} {name['family']}"
        for way in patient.get("telecom", ()):
            if way["system"] == "phone" and self.plain_phones:
                way["value"] = re.sub(r"[ .\-/]", "", way["value"])
        patient["telecom"] = [way for way in patient.get("telecom", ()) if self.usual(f"telecom[{way['system']}]")]
        patient["extension"] = [one for one in patient.get("extension", ()) if self.usual(f"extension[{one['url']}]")]
        for home in patient.get("address", ()):
            if self.country:
                home["country"] = self.country

    def _kept(self, path: str, value: Any) -> Any:
        """Return what of an element is usual, ``None`` for nothing."""
        if self._needed(path) and not isinstance(value, dict | list):
            return value
        if not self._needed(path) and not self.usual(path):
            return None
        if path.startswith(("identifier", "extension")):  # framed as the host's are, or kept whole
            return value or None
        if isinstance(value, list):
            items = [kept for kept in (self._kept(path, one) for one in value) if kept is not None]
            return items or None
        if isinstance(value, dict):
            parts = {name: self._kept(f"{path}.{name}", part) for name, part in value.items()}
            return {name: part for name, part in parts.items() if part is not None} or None
        return value

    def _needed(self, path: str) -> bool:
        known = _NEVER_DROPPED[self.kind].split()
        return path in known or any(
            one.endswith(".*") and path.startswith(one[:-1]) and not path.endswith(".display") for one in known
        )


def shape(text: str) -> str:
    """Return how a number is written: digits as ``9``, letters as ``A``, the rest as it is."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", text))


def _paths(thing: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every element, lists left out, and those of :data:`_TOLD_APART` by their kind too."""
    if isinstance(thing, list):
        for one in thing:
            yield from _paths(one, path)
            if isinstance(one, dict) and path in _TOLD_APART:
                yield f"{path}[{one.get(_TOLD_APART[path])}]"
    elif isinstance(thing, dict):
        for name, value in thing.items():
            inner = f"{path}.{name}" if path else name
            yield inner
            yield from _paths(value, inner)


def _profiles(resource: Json) -> list[str]:
    stated = part(resource, "meta").get("profile")
    return [str(one) for one in stated] if isinstance(stated, list) else []


def _concepts(thing: Any) -> Iterator[Json]:
    """Yield every coded concept within a resource."""
    for value in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        if isinstance(value, dict) and "coding" in value:
            yield value
        yield from _concepts(value)


def _identifier(sample: Sequence[Json], system: str | None) -> tuple[Json | None, list[str]]:
    """Return the frame of the identifiers that most patients have within one system, and their values.

    Of several that as many patients have, the first of a patient is the site's own.
    """
    systems: Counter[str] = Counter()
    for one in sample:
        known = [str(each["system"]) for each in parts(one, "identifier") if each.get("system") and each.get("value")]
        systems.update(dict.fromkeys(known, 1))
    if system is None and not systems:
        return None, []
    chosen = system or systems.most_common(1)[0][0]
    ours = [each for one in sample for each in parts(one, "identifier") if each.get("system") == chosen]
    frames = [{name: each[name] for name in each if name not in ("value", "period", "id")} for each in ours]
    return _commonest(frames) if frames else {"system": chosen}, [str(each.get("value", "")) for each in ours]


def _commonest(things: Sequence[Json]) -> Json:
    texts = Counter(orjson.dumps(one) for one in things)
    found: Json = orjson.loads(texts.most_common(1)[0][0])
    return found


def _most(things: Sequence[Any]) -> Any:
    """Return what at least half have, ``None`` where there is nothing."""
    texts = Counter(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in things if one)
    texts.update([b"false"] * sum(one is False for one in things))
    if not texts:
        return None
    [(text, count)] = texts.most_common(1)
    return orjson.loads(text) if count >= _MOST * len(things) else None


def _share(things: Iterable[str], holds: Callable[[str], bool]) -> float:
    found = [holds(one) for one in things]
    return sum(found) / len(found) if found else 0
