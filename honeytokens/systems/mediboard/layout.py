"""A decoy as Mediboard itself would have written it: identity, identifiers, record, stays, treatment, history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from honeytokens.mediboard import soundex2, title, upper
from honeytokens.model import Decoy, Establishment, Practitioner, Prescription, Stay, Vitals
from honeytokens.systems.mediboard.kinds import CLASSES, MIRRORED
from honeytokens.systems.mediboard.letters import html
from honeytokens.systems.mediboard.settings import MediboardSettings
from honeytokens.systems.mediboard.site import Session, Site, sessions, study
from honeytokens.systems.sql.habits import draw
from honeytokens.systems.sql.named import NamedLayout
from honeytokens.systems.sql.records import Record
from honeytokens.systems.sql.schema import Table
from honeytokens.systems.sql.values import MisfitError

_LONG = 30
"""A drug given for so many days or more is a treatment of the medical record."""
_MOST = 0.5
"""Objects of which fewer have an identifier need none."""
_ICD_LENGTH = 5


class MediboardLayout(NamedLayout[MediboardSettings]):
    """The rows of decoys in one site's Mediboard."""

    site: Site
    tags: Mapping[str, str]
    _hours: dict[int, Mapping[str, list[Session]]]

    def study(self, connection: sa.Connection, extra: Mapping[str, Table]) -> None:
        """Learn the site's tags, groups, practitioners and habits."""
        self.site = study(connection, self.tables, extra)
        named = {"CPatient": self.settings.ipp_tag, "CSejour": self.settings.nda_tag}
        self.tags = {**self.site.tags, **{name: tag for name, tag in named.items() if tag}}
        self._hours = {}

    def hours(self, doctor: int, day: date) -> list[Session]:
        """Return a practitioner's consultation hours on one day."""
        if not {"session", "consultation"} <= self.kinds.keys():
            return []
        if doctor not in self._hours:
            with self.reading() as connection:
                self._hours[doctor] = sessions(connection, self.tables, doctor)
        return self._hours[doctor].get(day.isoformat(), [])

    def fill(self, record: Record, decoy: Decoy, establishment: Establishment) -> None:
        """Draft every row of a decoy."""
        if establishment.code not in self.site.groups:
            raise MisfitError("the establishment's code is no group_id of groups_mediboard")
        doctors = [self._user(stay.practitioner) for stay in decoy.story.stays]
        if not doctors:
            raise MisfitError("the decoy has no stay")
        account = self.account(record.seed, doctors)
        chart = _Chart(self, record, decoy, int(establishment.code), account)
        chart.fill(doctors)

    def account(self, seed: str, doctors: list[int]) -> int:
        """Return the user under whose name a decoy's rows are written, from those that the hospital authorised."""
        users = self.settings.users or sorted(set(doctors))
        return users[draw(seed, "account") % len(users)]

    def _user(self, practitioner: Practitioner | None) -> int:
        """Return a practitioner's user id; raise :class:`MisfitError` when it is not one of the site's."""
        if practitioner is None or practitioner.code is None:
            raise MisfitError(
                "a stay has no practitioner with a code: list the establishment's own"
                " (honeytokens establishment practitioners)"
            )
        if practitioner.code not in self.site.functions:
            raise MisfitError("a practitioner's code is no user_id of users_mediboard")
        return int(practitioner.code)


class _Chart:
    """Drafts the rows of one decoy, in the order in which they would have been entered."""

    def __init__(self, layout: MediboardLayout, record: Record, decoy: Decoy, group: int, account: int) -> None:
        self._layout, self._record, self._decoy, self._group, self._account = layout, record, decoy, group, account
        self._who, self._story, self._at = decoy.identity, decoy.story, record.at

    def fill(self, doctors: list[int]) -> None:
        """Draft everything."""
        patient = self._patient(doctors)
        self._number("ipp", "CPatient", patient, self._who.local_id)
        self._medical_record(patient)
        stayed = False
        for number, (stay, doctor) in enumerate(zip(self._story.stays, doctors, strict=True)):
            last = number == len(doctors) - 1
            kind = self._kind_of(stay, needed=last and not stayed)
            inside = self._stay(patient, stay, doctor, kind) if kind else None
            stayed = stayed or inside is not None
            outside = self._consultation(patient, stay, doctor, inside) if not stay.care.overnight else None
            self._within(patient, number, doctor, inside, outside)

    # Identity

    def _patient(self, doctors: list[int]) -> int:
        who, site = self._who, self._layout.site
        sex = who.sex.value[0]
        maiden = who.birth_name or (who.surname if site.maiden_name.get(sex) else None)
        values: dict[str, object] = {
            "nom": upper(who.surname),
            "nom_jeune_fille": maiden and upper(maiden),
            "prenom": who.first_name,
            "nom_soundex2": soundex2(who.surname),
            "nomjf_soundex2": maiden and soundex2(maiden),
            "prenom_soundex2": soundex2(who.first_name),
            "naissance": who.birth_date.isoformat(),
            "sexe": sex,
            "civilite": title(who.sex.value, who.birth_date, self._at.date()),
            "adresse": who.street,
            "ville": who.town,
            "cp": who.postcode,
            "tel": _digits(who.phone),
            "email": who.email,
            "matricule": _digits(who.national_id),
            "lieu_naissance": who.birth_place,
            "function_id": int(site.functions[str(doctors[0])]) if site.by_function else None,
        }
        mirrored = {copy: values.get(name) if site.mirrored else None for copy, name in MIRRORED.items()}
        patient = self._add("patient", values | mirrored)
        if self._record.drafts[patient].values.get("status") == "VALI":
            values = {"mediuser_id": self._account, "state": "VALI", "datetime": self._at}
            self._record.add("identity state", values, parent=("patient_id", patient))
        return patient

    def _number(self, kind: str, name: str, index: int, number: str | None) -> None:
        """Draft the identifier of an object, where the site's objects of its class have one."""
        layout = self._layout
        if kind not in layout.kinds or name not in layout.tags:
            return
        if number is None:
            if layout.site.numbered.get(name, 0.0) >= _MOST:
                raise MisfitError("the site numbers its patients: add a pool of local identifiers (honeytokens pool)")
            return
        values: dict[str, object] = {"object_class": name, "tag": layout.tags[name], "id400": number}
        values |= {"last_update": self._at, "datetime_create": self._at}
        self._add(kind, values, ("object_id", index))

    # Medical record

    def _medical_record(self, patient: int) -> None:
        story = self._story
        long = [drug for drug in story.prescriptions if drug.days >= _LONG]
        codes = "|".join(dict.fromkeys(stay.icd10.replace(".", "")[:_ICD_LENGTH] for stay in story.stays))
        values = {"object_class": "CPatient", "codes_cim": codes if self._layout.site.coded else None}
        record = self._add_if("record", values, ("object_id", patient))
        if record is None:
            return
        below = ("dossier_medical_id", record)
        entered: dict[str, object] = {"owner_id": self._account, "creation_date": self._at, "annule": "0"}
        for allergy in story.allergies:
            self._add_if(
                "allergy", {"type": "alle", "date": allergy.noted, "rques": allergy.substance} | entered, below
            )
        for stay in story.stays[:-1]:
            noted = {"type": "med", "date": stay.admitted.date(), "rques": stay.reason}
            self._add_if("antecedent", noted | entered, below)
        for drug in long:
            taken = {"debut": drug.prescribed, "fin": None, "traitement": f"{drug.drug} {drug.dose}"}
            self._add_if("treatment", taken | entered, below)

    # Stays and consultations

    def _kind_of(self, stay: Stay, *, needed: bool) -> str | None:
        """Return the type of a stay's ``sejour``; ``None`` for a consultation, unless the decoy ``needed`` a stay."""
        if stay.care.overnight:
            wanted: tuple[str, ...] = ("comp",)
        elif stay.care.urgent:
            wanted = ("urg",)
        elif stay.care.value == "day case":
            wanted = ("ambu",)
        else:
            wanted = ("exte", "consult") if needed else ()
        kinds = self._layout.kinds
        found = next((kind for kind in wanted if f"stay {kind}" in kinds), None)
        if found is None and needed:  # only the opening of a stay is ever logged: each decoy has one
            found = next((kind for kind in ("ambu", "comp", "urg") if f"stay {kind}" in kinds), None)
            if found is None:
                raise MisfitError("the host has no stay of a type that a decoy could have")
        return found

    def _stay(self, patient: int, stay: Stay, doctor: int, kind: str) -> int:
        admitted, discharged = stay.admitted, stay.discharged
        values = {
            "group_id": self._group,
            "praticien_id": doctor,
            "type": kind,
            "annule": "0",
            "entree_prevue": admitted.replace(minute=0, second=0),
            "sortie_prevue": discharged.replace(minute=0, second=0) + timedelta(hours=1),
            "entree_reelle": admitted,
            "sortie_reelle": discharged,
            "entree": admitted,
            "sortie": discharged,
            "libelle": stay.reason,
        }
        index = self._add(f"stay {kind}", values, ("patient_id", patient))
        if "nda" in self._layout.kinds and "CSejour" in self._layout.tags:
            numbered: dict[str, object] = {"object_class": "CSejour", "tag": self._layout.tags["CSejour"]}
            numbered |= {"last_update": self._at, "datetime_create": self._at}
            self._add("nda", numbered, ("object_id", index))
        return index

    def _consultation(self, patient: int, stay: Stay, doctor: int, inside: int | None) -> int | None:
        """Draft a consultation in the practitioner's hours of that day, or in hours of its own."""
        day, kinds = stay.admitted.date(), self._layout.kinds
        if "consultation" not in kinds or (stay.care.urgent and inside is not None):
            return None
        open_hours = self._layout.hours(doctor, day)
        values: dict[str, object] = {"duree": 1, "motif": stay.reason, "chrono": "64", "annule": "0"}
        also = {} if inside is None else {"sejour_id": inside}
        if inside is None:
            values["sejour_id"] = None
        if open_hours:
            values |= {"plageconsult_id": open_hours[0].id, "heure": _slot(open_hours[0], stay.admitted)}
        elif "session" in kinds:
            begins, ends = (time(8), time(13)) if stay.admitted.hour < 13 else (time(13), time(19))
            hours = {"chir_id": doctor, "date": day, "debut": _at(day, begins), "fin": _at(day, ends)}
            also["plageconsult_id"] = self._add("session", hours | {"freq": _at(day, time(0, 15))})
            minutes = max(0, (stay.admitted - _at(day, begins)).seconds // 900 * 15) if stay.admitted.hour >= 8 else 0
            values["heure"] = _at(day, begins) + timedelta(minutes=minutes)
        else:
            return None
        values["arrivee"] = stay.admitted
        return self._add("consultation", values, ("patient_id", patient), also)

    def _within(self, patient: int, number: int, doctor: int, inside: int | None, outside: int | None) -> None:
        """Draft what belongs to a stay: vital signs, drugs, the letter."""
        stay = self._story.stays[number]
        place = inside if inside is not None else outside
        if place is None:
            return
        context = "CSejour" if inside is not None else "CConsultation"
        for vitals in self._story.vitals:
            if vitals.measured == stay.admitted:
                self._vitals(patient, vitals, doctor, context, place)
        drugs = [drug for drug in self._story.prescriptions if drug.prescribed == stay.discharged.date()]
        if inside is not None and drugs and self._layout.site.drugs and "prescription line" in self._layout.kinds:
            self._prescribe(drugs, doctor, inside)
        self._letter(number, doctor, context, place)

    def _vitals(self, patient: int, vitals: Vitals, doctor: int, context: str, place: int) -> None:
        scale = 1 if self._layout.site.in_millimetres else 10
        pressure = (
            f"{vitals.systolic / scale:g}|{vitals.diastolic / scale:g}"
            if vitals.systolic and vitals.diastolic
            else None
        )
        values = {
            "user_id": doctor,
            "creation_date": self._at,
            "datetime": vitals.measured,
            "context_class": context,
            "poids": vitals.weight,
            "taille": vitals.height,
            "ta": pressure,
            "pouls": vitals.pulse,
            "spo2": vitals.saturation,
            "temperature": vitals.temperature,
        }
        self._add_if("vitals", values, ("patient_id", patient), {"context_id": place})

    def _prescribe(self, drugs: list[Prescription], doctor: int, inside: int) -> None:
        """Draft a prescription with codes of drugs that many of the host's own lines have."""
        values = {"praticien_id": doctor, "object_class": "CSejour", "type": "sortie"}
        prescription = self._add_if("prescription", values, ("object_id", inside))
        if prescription is None:
            return
        known = self._layout.site.drugs
        for drug in drugs:
            codes = known[draw(self._record.seed, f"{drug.atc} {drug.prescribed}") % len(known)]
            line: dict[str, object] = dict(zip(("code_cip", "code_ucd", "code_cis"), codes, strict=True))
            line |= {"debut": drug.prescribed, "duree": drug.days, "unite_duree": "jour"}
            line |= {"praticien_id": doctor, "creator_id": doctor}
            self._add("prescription line", line, ("prescription_id", prescription))

    def _letter(self, number: int, doctor: int, context: str, place: int) -> None:
        story = self._decoy.story
        if not {"letter", "letter text"} <= self._layout.kinds.keys() or len(story.vitals) != len(story.stays):
            return  # a letter tells of the vital signs of its stay
        name, text = html(self._decoy, number, draw(self._record.seed, f"letter {number}"))
        content = self._add("letter text", {"content": text, "last_modified": self._at})
        values: dict[str, object] = {
            "object_class": context,
            "author_id": doctor,
            "nom": name,
            "creation_date": self._at,
            "doc_size": len(text),
            "annule": "0",
        }
        self._add("letter", values, ("object_id", place), {"content_id": content})

    # Rows and their history

    def _add_if(
        self,
        kind: str,
        values: Mapping[str, object],
        parent: tuple[str, int] | None = None,
        also: Mapping[str, int] | None = None,
    ) -> int | None:
        """Draft a row where the site has such rows, and the history of its creation."""
        return self._add(kind, values, parent, also) if kind in self._layout.kinds else None

    def _add(
        self,
        kind: str,
        values: Mapping[str, object],
        parent: tuple[str, int] | None = None,
        also: Mapping[str, int] | None = None,
    ) -> int:
        index = self._record.add(kind, values, parent=parent, also=also)
        if index is None:
            raise MisfitError(f"the site has no {kind}")
        name = CLASSES.get(self._layout.kinds[kind].table)
        if name in self._layout.site.logged:
            told = {"user_id": self._account, "type": "create", "date": self._at, "object_class": name}
            self._record.add("creation", told, parent=("object_id", index))
        return index


def _digits(text: str | None) -> str | None:
    return re.sub(r"\D", "", text) if text else None


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour)


def _slot(session: Session, wished: datetime) -> datetime:
    """Return a time of a session, at a step from its beginning: the one wished for, or one that its minutes choose."""
    begins, ends, step = (_seconds(text) for text in (session.begins, session.ends, session.step))
    steps = max((ends - begins) // max(step, 60), 1)
    offset = (wished.hour * 3600 + wished.minute * 60 - begins) // max(step, 60)
    number = offset if 0 <= offset < steps else wished.minute % steps
    return datetime.combine(wished.date(), datetime.min.time()) + timedelta(seconds=begins + number * max(step, 60))


def _seconds(text: str) -> int:
    hours, minutes, seconds = (int(float(part)) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds
