"""Reads HL7 v2 messages back into rows of identities and stories, knowing nothing of how they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from honeytokens.model import Allergy, Care, Practitioner, Stay, Story

_LETTERS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}


@dataclass(frozen=True)
class Message:
    """Segments as lists of fields, numbered as in the standard."""

    text: str
    segments: list[list[str]]

    def all(self, name: str) -> list[list[str]]:
        return [segment for segment in self.segments if segment[0] == name]

    def field(self, name: str, number: int) -> str:
        [segment] = self.all(name)
        return segment[number] if number < len(segment) else ""

    @property
    def event(self) -> str:
        return self.field("MSH", 9).split("^")[1]


def messages(content: bytes) -> list[Message]:
    """Split a file where a segment MSH begins."""
    text = content.decode()
    assert "\n" not in text
    if not text:
        return []
    assert text.endswith("\r")
    starts = [match.start() for match in re.finditer(r"(?:^|(?<=\r))MSH\|", text)]
    return [
        Message(text[start:end], [_fields(line) for line in text[start:end].split("\r")[:-1]])
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


def _fields(line: str) -> list[str]:
    fields = line.split("|")
    # MSH-1 is the separator itself.
    return ["MSH", "|", *fields[1:]] if fields[0] == "MSH" else fields


def plain(text: str) -> str:
    """Undo escape sequences."""
    return re.sub(r"\\(?:X([0-9A-F]+)|([FSTRE]))\\", _sign, text)


def _sign(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1]).decode() if match[1] else _LETTERS[match[2]]


def components(field: str) -> list[list[str]]:
    """Return the components of each repetition, escaped still, padded to 15."""
    return [[*parts, *[""] * (15 - len(parts))] for parts in (one.split("^") for one in field.split("~") if one)]


def groups(content: bytes) -> list[list[Message]]:
    """Return the messages about each person, which begin with an A28."""
    found: list[list[Message]] = []
    for message in messages(content):
        if message.event == "A28":
            found.append([])
        found[-1].append(message)
    return found


def patients(content: bytes) -> list[tuple[dict[str, Any], Story]]:
    """Return each person as a row of identities, with its story."""
    return [(_identity(group), _story(group)) for group in groups(content)]


def _identity(group: list[Message]) -> dict[str, Any]:
    [said] = {tuple(message.all("PID")[0][1:18] + message.all("PID")[0][19:]) for message in group}
    pid = ["PID", *said[:17], "", *said[17:]]
    names = {name[6]: name for name in components(pid[5])}
    used = names.get("D", names["L"])
    other = names["L"] if "D" in names else names.get("M")
    [address] = components(pid[11])
    numbers = {number[4]: plain(number[0]) for number in components(pid[3])}
    contacts = components(pid[13])
    return {
        "surname": plain(used[0]),
        "birth_name": plain(other[0]) if other else None,
        "first_name": plain(used[1]),
        "sex": {"F": "female", "M": "male"}[pid[8]],
        "birth_date": _day(pid[7]),
        "birth_place": plain(pid[23]),
        "street": plain(address[0]),
        "postcode": plain(address[4]),
        "town": plain(address[2]),
        "phone": next((plain(contact[11]) for contact in contacts if contact[1] == "PRN"), None),
        "email": next((plain(contact[3]) for contact in contacts if contact[3]), None),
        "local_id": numbers.get("PI"),
        "national_id": numbers.get("NH"),
        "web_link": next((plain(contact[8]) for contact in contacts if contact[8]), None),
    }


def _story(group: list[Message]) -> Story:
    stays: list[Stay] = []
    allergies: tuple[Allergy, ...] = ()
    for message in group:
        if message.event == "A03":
            [code, label, system] = message.field("DG1", 3).split("^")
            assert system == "I10"
            admitted, discharged = (_time(message.field("PV1", number)) for number in (44, 45))
            care = _care(message.field("PV1", 2), message.field("PV1", 4), admitted.date() < discharged.date())
            stays.append(Stay(admitted, discharged, plain(label), plain(code), care, _practitioner(message)))
        if message.event in {"A28", "A31"}:
            allergies = tuple(Allergy(plain(al1[3].removeprefix("^")), _day(al1[6])) for al1 in message.all("AL1"))
    return Story(tuple(stays), allergies, ())


def _practitioner(message: Message) -> Practitioner | None:
    for person in components(message.field("PV1", 7)):
        number = None if person[12] == "EI" else plain(person[0])
        return Practitioner(plain(person[1]), plain(person[2]), number=number)
    return None


def _care(patient_class: str, urgency: str, night: bool) -> Care:
    if patient_class == "I":
        stay = Care.PLANNED_STAY if night else Care.DAY_CASE
        return Care.EMERGENCY_STAY if urgency == "U" else stay
    return Care.EMERGENCY if urgency == "U" else Care.CONSULTATION


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
