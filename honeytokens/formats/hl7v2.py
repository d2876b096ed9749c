"""HL7 v2.5 messages: A28 and A31 for the person, A04 or A01 and then A03 for each stay.

They are used as in IHE's Patient Administration Management; conformance is not claimed, for it asks for wards. Sources:
HL7 v2.5 chapters 2 (encoding), 3 (ADT) and 6 (DG1); for France the national extension, IHE ITI TF-4 chapter 4: MSH-12
with FRA, PID-5 with types L and D, PID-18, the values of PV1-2 and PV1-4, EVN-6 for what is past.

Segments end with a carriage return, and a message ends where the next MSH begins: the form in which files of messages
are archived and split. There is no MLLP framing, which belongs to the wire.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from honeytokens.exchange import country, on_the_clock
from honeytokens.formats.interface import Batch, Origin
from honeytokens.model import Allergy, Care, Practitioner, Stay, Story

_ESCAPES = {sign: f"\\X{sign:02X}\\" for sign in (*range(32), 127)} | {
    ord(sign): f"\\{letter}\\" for sign, letter in zip("|^&~\\", "FSTRE", strict=True)
}
_CLASSES = {
    Care.CONSULTATION: "O",
    Care.EMERGENCY: "E",
    Care.DAY_CASE: "I",
    Care.PLANNED_STAY: "I",
    Care.EMERGENCY_STAY: "I",
}
"""Table 0004; in France I is for partial stays too."""
_SEXES = {"female": "F", "male": "M"}
"""Table 0001."""
_STRUCTURES = {"A01": "ADT_A01", "A03": "ADT_A03", "A04": "ADT_A01", "A28": "ADT_A05", "A31": "ADT_A05"}
_OPENING_HOURS = (8 * 60, 10 * 60)
"""When an allergy is entered that was told between two visits: first minute of the day, and how many minutes."""

Message = tuple[str, str]
"""When it was sent, as ``YYYYMMDDHHMMSS``, and its text."""


class Hl7V2:
    """Messages in UTF-8, each patient's together and in order of time. ADT messages have no place for prescriptions."""

    tells_stories = True
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch. Raises ``UnknownNameError`` for a locale whose identifiers are not known."""
        messages = _Messages(origin)
        for batch in batches:
            for person, story in zip(batch.identities.iter_rows(named=True), batch.stories, strict=True):
                stream.write("".join(messages.of(person, story)).encode())


class _Messages:
    """Makes the messages of one decoy after another."""

    def __init__(self, origin: Origin) -> None:
        self._country = country(origin.locale)
        self._as_of = origin.as_of
        name, finess = _escaped(origin.establishment), _escaped(origin.finess)
        self._sender = f"{self._country.sender}|{name}|{self._country.receiver}|{name}"
        self._authority = f"{name}&{finess}&N" if finess else name
        france = "^FRA^2.5" if self._country.alpha3 == "FRA" else ""
        self._ending = f"P|2.5{france}|||||{self._country.alpha3}|UNICODE UTF-8|{self._country.language.upper()}"

    def of(self, person: dict[str, Any], story: Story) -> list[str]:
        """Return the messages about one row of identities, in order of time."""
        pid = self._pid(person)
        first = story.stays[0].admitted if story.stays else datetime.combine(self._as_of, time())
        messages = list(self._about_person(pid, first, story.allergies))
        for stay in story.stays:
            messages += self._about_stay(pid, stay)
        messages.sort(key=lambda message: message[0])
        return [text for _, text in messages]

    def _about_person(self, pid: tuple[str, str], first: datetime, allergies: tuple[Allergy, ...]) -> Iterator[Message]:
        """Yield the A28 of the first visit, with the allergies known by then, and an A31 for each told later."""
        known = [allergy for allergy in allergies if allergy.noted <= first.date()]
        yield self._message("A28", self._time(first), "".join(pid), "PV1||N\r", _al1s(known))
        for allergy in allergies[len(known) :]:
            known.append(allergy)
            start, minutes = _OPENING_HOURS
            told = datetime.combine(allergy.noted, time()) + timedelta(minutes=start + secrets.randbelow(minutes))
            yield self._message("A31", self._time(told), "".join(pid), "PV1||N\r", _al1s(known))

    def _about_stay(self, pid: tuple[str, str], stay: Stay) -> Iterator[Message]:
        """Yield the arrival and the end of a stay, tied together by a visit number."""
        patient_class, number = _CLASSES[stay.care], _number()
        admitted, discharged = self._time(stay.admitted), self._time(stay.discharged)
        pid_segment = f"{number}^^^{self._authority}^AN".join(pid)
        location = f"^^^{self._authority}" if self._authority else ""
        visit = (
            f"PV1|1|{patient_class}|{location}|{'U' if stay.care.urgent else 'R'}|||"
            f"{self._attending(stay.practitioner)}{'|' * 12}"
            f"{number}^^^{self._authority}^VN{'|' * 25}{admitted}|"
        )
        diagnosis = f"DG1|1||{_escaped(stay.icd10)}^{_escaped(stay.reason)}^I10||{admitted[:8]}|"
        arrival = "A01" if patient_class == "I" else "A04"
        yield self._message(arrival, admitted, pid_segment, f"{visit}||||||V\r", f"{diagnosis}A\r")
        yield self._message("A03", discharged, pid_segment, f"{visit}{discharged}||||||V\r", f"{diagnosis}F\r")

    def _attending(self, doctor: Practitioner | None) -> str:
        """Return PV1-7: one of the host's own, by the national number, else by the number that the site gives."""
        if doctor is None:
            return ""
        kind, authority = "EI", self._authority
        if doctor.number:
            kind, authority = self._country.practitioner_type, self._country.practitioner_authority
        number = _escaped(doctor.number or doctor.code)
        ending = f"^{authority}^L^^^{kind}" if number else "^^L"
        return f"{number}^{_escaped(doctor.surname)}^{_escaped(doctor.first_name)}^^^^^{ending}"

    def _message(self, event: str, stamp: str, *segments: str) -> Message:
        kind = f"ADT^{event}^{_STRUCTURES[event]}"
        head = f"MSH|^~\\&|{self._sender}|{stamp}||{kind}|{secrets.randbelow(10**20):020}|{self._ending}\r"
        return stamp, f"{head}EVN||{stamp}||||{stamp}\r{''.join(segments)}"

    def _pid(self, person: dict[str, Any]) -> tuple[str, str]:
        """Return the PID segment in two parts, between which the account number of a stay belongs (PID-18)."""
        address = "^".join((_escaped(person["street"]), "", _escaped(person["town"]), "", _escaped(person["postcode"])))
        before = (
            f"PID|1||{'~'.join(self._identifiers(person))}||{'~'.join(self._names(person))}||{_day(person['birth_date'])}|"
            f"{_SEXES[person['sex']]}|||{address}^{self._country.alpha3}^H||{'~'.join(self._telecom(person))}|||||"
        )
        return before, f"|||||{_escaped(person['birth_place'])}\r"

    def _identifiers(self, person: dict[str, Any]) -> list[str]:
        """Return the values of PID-3, the site's own first.

        PID-3 may not be empty: a decoy without any number gets a random one that is longer than any hospital counts, so
        that no real patient can be meant by it.
        """
        local, national = person["local_id"], person["national_id"]
        found = []
        if local or not national:
            found.append(f"{_escaped(local) or _number()}^^^{self._authority}^PI")
        if national:
            found.append(
                f"{_escaped(national)}^^^{self._country.national_id_authority}^{self._country.national_id_type}"
            )
        return found

    def _names(self, person: dict[str, Any]) -> list[str]:
        """Return the legal name (L), then the one in use (D) in France, or the maiden name (M) elsewhere."""
        used, birth, given = (_escaped(person[field]) for field in ("surname", "birth_name", "first_name"))
        if not birth:
            names = [(used, "L")]
        elif self._country.legal_name_is_birth_name:
            names = [(birth, "L"), (used, "D")]
        else:
            names = [(used, "L"), (birth, "M")]
        return [f"{family}^{given}^^^^^{kind}" for family, kind in names]

    def _telecom(self, person: dict[str, Any]) -> list[str]:
        """Return the values of PID-13; table 0202 has no kind for a web address, which goes where any text may."""
        found = []
        if phone := _escaped(person["phone"]):
            found.append(f"^PRN^{'CP' if phone.startswith(self._country.mobiles) else 'PH'}^^^^^^^^^{phone}")
        if email := _escaped(person["email"]):
            found.append(f"^NET^Internet^{email}")
        if link := _escaped(person["web_link"]):
            found.append(f"^NET^Internet^^^^^^{link}")
        return found

    def _time(self, moment: datetime) -> str:
        return f"{on_the_clock(moment, self._country.zone):%Y%m%d%H%M%S}"


def _al1s(allergies: list[Allergy]) -> str:
    return "".join(
        f"AL1|{number}||^{_escaped(allergy.substance)}|||{_day(allergy.noted)}\r"
        for number, allergy in enumerate(allergies, 1)
    )


def _escaped(text: str | None) -> str:
    """Return a value with its delimiters, backslashes and control characters escaped; nothing for ``None``."""
    return text.translate(_ESCAPES) if text else ""


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _number() -> str:
    """Return 15 random digits, the longest number that a CX holds; no hospital counts its patients or stays so far."""
    return str(10**14 + secrets.randbelow(9 * 10**14))
