"""Mediboard's own patient export, as its public code of 3 July 2015 writes it: ``do_export_patients``.

``export-<day>/CPatient-<number>/export.xml`` for each patient, in UTF-8, indented, empty fields left out, in the order
of the application's classes: the patient, its IPP, its stays, its medical file with allergies and treatments.

Where that code is silent, this is assumed: columns hold the defaults of the application's schema; the IPP's tag, which
each site chooses, is ``IPP``; a stay was planned as it went, its patient came from home and went back there; keys are
drawn at random from a table of a million. A stay's practitioner is one of the host's own, from the operator's list, and
nobody without a list: an invented one could be a real one, or be looked up in vain. Names stand in ``CUser``, which
shares its keys with ``CMediusers``. The real export is in alphabetical order, ours in that of the decoys.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import islice
from typing import IO, Any
from xml.sax.saxutils import escape

from honeytokens.exchange import NOT_XML, unique_numbers
from honeytokens.formats.archive import Archive
from honeytokens.formats.interface import Batch, Origin
from honeytokens.mediboard import codes, soundex2, title, upper
from honeytokens.model import Allergy, Care, Practitioner, Prescription, Stay, Story

_A_SECOND = 25
"""How many patients the application exports in a second."""
_MOBILES = ("06", "07")
_KINDS = {
    Care.CONSULTATION: "consult",
    Care.EMERGENCY: "urg",
    Care.DAY_CASE: "ambu",
    Care.PLANNED_STAY: "comp",
    Care.EMERGENCY_STAY: "comp",
}

_EMPTY = Story((), (), ())

Fields = Mapping[str, str | None]


class MediboardXml:
    """One XML file for each patient, in one ZIP archive."""

    tells_stories = True
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch, 25 patients for each second of the export's own clock, which starts within the day."""
        export = _Export(origin)
        start = datetime.combine(origin.as_of, time(8)) + timedelta(seconds=secrets.randbelow(8 * 3600))
        written = 0
        with Archive(stream) as archive:
            for batch in batches:
                for person, story in zip(batch.identities.iter_rows(named=True), batch.stories, strict=True):
                    moment = start + timedelta(seconds=written // _A_SECOND)
                    patient, text = export.document(person, story, moment)
                    archive.add(f"export-{moment:%Y-%m-%d}/{patient}/export.xml", text.encode(), moment)
                    written += 1


@dataclass(slots=True)
class _Document:
    """The objects of one patient, in order of their writing."""

    lines: list[str] = field(default_factory=list)

    def add(self, name: str, references: Mapping[str, str], fields: Fields) -> None:
        """Write an object, such as ``CSejour-12``, with its references to others; an empty field is left out."""
        attributes = "".join(f' {key}="{other}"' for key, other in references.items())
        self.lines.append(f'  <object class="{name.partition("-")[0]}" id="{name}"{attributes}>')
        for key, value in fields.items():
            if value and (text := value.strip()):
                self.lines.append(f'    <field name="{key}">{text if text.isalnum() else escape(text)}</field>')
        self.lines.append("  </object>")

    def text(self, patient: str, moment: datetime) -> str:
        """Return the whole document."""
        head = f'<?xml version="1.0" encoding="utf-8"?>\n<mediboard-export date="{moment}" root="{patient}">'
        return NOT_XML.sub("", "\n".join((head, *self.lines, "</mediboard-export>\n")))


class _Export:
    """Makes the documents of one export, in which no two objects of a class share a key."""

    def __init__(self, origin: Origin) -> None:
        self._site = {"text": origin.establishment, "raison_sociale": origin.establishment, "finess": origin.finess}
        self._group = {"group_id": "CGroups-1"} if origin.establishment else {}
        self._keys: dict[str, Iterator[int]] = {}
        self._users: dict[Practitioner, str] = {}

    def document(self, person: dict[str, Any], story: Story, moment: datetime) -> tuple[str, str]:
        """Return the name of a patient's object, and the document about it."""
        document = _Document()
        patient = self._names("CPatient", 1)[0]
        document.add(patient, {}, _patient(person, moment))
        if person["local_id"]:
            known = story.stays[0].admitted if story.stays else moment
            identifier = self._names("CIdSante400", 1)[0]
            document.add(identifier, {"object_id": patient}, _identifier(person["local_id"], known))
        for number, (name, stay) in enumerate(zip(self._names("CSejour", len(story.stays)), story.stays, strict=True)):
            doctor = stay.practitioner
            seen = {"praticien_id": f"CMediusers-{self._key(doctor)}"} if doctor else {}
            document.add(name, {"patient_id": patient, **seen, **self._group}, _stay(stay))
            if doctor and doctor not in (earlier.practitioner for earlier in story.stays[:number]):
                self._user(document, doctor)
            if number == 0 and self._group:
                document.add(self._group["group_id"], {}, self._site)
        if story != _EMPTY:
            self._medical_file(document, patient, story)
        return patient, document.text(patient, moment)

    def _medical_file(self, document: _Document, patient: str, story: Story) -> None:
        file = self._names("CDossierMedical", 1)[0]
        document.add(file, {"object_id": patient}, _medical_file(story))
        contents = (
            ("CAntecedent", [_allergy(allergy) for allergy in story.allergies]),
            ("CTraitement", [_treatment(drug) for drug in story.prescriptions]),
        )
        for kind, entries in contents:
            for name, fields in zip(self._names(kind, len(entries)), entries, strict=True):
                document.add(name, {"dossier_medical_id": file}, fields)

    def _key(self, doctor: Practitioner) -> str:
        """Return the key of a practitioner: the host's own where it is a number."""
        if doctor not in self._users:
            code = doctor.code or ""
            own = code.isascii() and code.isdigit()
            self._users[doctor] = code if own else self._names("CMediusers", 1)[0].partition("-")[2]
        return self._users[doctor]

    def _user(self, document: _Document, doctor: Practitioner) -> None:
        key = self._key(doctor)
        document.add(f"CMediusers-{key}", {"user_id": f"CUser-{key}"}, {"actif": "1", "rpps": doctor.number})
        names = {"user_first_name": doctor.first_name, "user_last_name": upper(doctor.surname)}
        document.add(f"CUser-{key}", {}, names)

    def _names(self, kind: str, how_many: int) -> list[str]:
        """Return new names of a class, their keys in increasing order."""
        keys = self._keys.setdefault(kind, unique_numbers())
        return [f"{kind}-{key}" for key in sorted(islice(keys, how_many))]


def _patient(person: dict[str, Any], moment: datetime) -> Fields:
    names = {"nom": upper(person["surname"]), "nom_jeune_fille": upper(person["birth_name"] or "")}
    phone = re.sub(r"\D", "", person["phone"] or "")
    mobile = phone.startswith(_MOBILES)
    return {
        **names,
        "prenom": person["first_name"],
        "nom_soundex2": soundex2(names["nom"]),
        "nomjf_soundex2": soundex2(names["nom_jeune_fille"]),
        "prenom_soundex2": soundex2(person["first_name"]),
        "naissance": f"{person['birth_date']}",
        "sexe": person["sex"][0],
        "civilite": title(person["sex"], person["birth_date"], moment.date()),
        "adresse": person["street"],
        "ville": person["town"],
        "cp": person["postcode"],
        "tel": "" if mobile else phone,
        "tel2": phone if mobile else "",
        "email": person["email"],
        "vip": "0",
        "tutelle": "aucune",
        "is_smg": "0",
        "matricule": person["national_id"],
        "cmu": "0",
        "ame": "0",
        "code_exo": "0",
        "lieu_naissance": person["birth_place"],
        "allow_sms_notification": "0",
        "allow_sisra_send": "0",
    }


def _identifier(local_id: str, known: datetime) -> Fields:
    times = {"datetime_create": f"{known}", "last_update": f"{known}"}
    return {"id400": local_id, "tag": "IPP", **times, "object_class": "CPatient"}


def _stay(stay: Stay) -> Fields:
    times = {"entree": f"{stay.admitted}", "sortie": f"{stay.discharged}"}
    return {
        "cloture_activite_1": "0",
        "cloture_activite_4": "0",
        "type": _KINDS[stay.care],
        "modalite": "libre",
        "annule": "0",
        "recuse": "0",
        **dict.fromkeys(("chambre_seule", "reanimation", "UHCD"), "0"),
        **{f"{end}_{kind}": time for kind in ("prevue", "reelle") for end, time in times.items()},
        **times,
        **dict.fromkeys(("entree_preparee", "sortie_preparee", "entree_modifiee", "sortie_modifiee", "septique"), "0"),
        "consult_accomp": "nc",
        **dict.fromkeys(("hormone_croissance", "lit_accompagnant", "isolement", "television"), "0"),
        **dict.fromkeys(("repas_diabete", "repas_sans_sel", "repas_sans_residu", "repas_sans_porc"), "0"),
        "mode_entree": "8",
        "mode_sortie": "normal",
        "facturable": "1",
        "libelle": stay.reason,
        **dict.fromkeys(("forfait_se", "forfait_sd", "ald", "handicap", "facture"), "0"),
    }


def _medical_file(story: Story) -> Fields:
    return {
        "codes_cim": "|".join(codes(story)),
        **dict.fromkeys(("risque_thrombo_patient", "risque_MCJ_patient", "risque_thrombo_chirurgie"), "NR"),
        **dict.fromkeys(("risque_antibioprophylaxie", "risque_prophylaxie", "risque_MCJ_chirurgie"), "NR"),
        "groupe_sanguin": "?",
        "rhesus": "?",
        "groupe_ok": "0",
        "object_class": "CPatient",
    }


def _allergy(allergy: Allergy) -> Fields:
    return {"type": "alle", "date": f"{allergy.noted}", "rques": allergy.substance, "annule": "0", "majeur": "0"}


def _treatment(drug: Prescription) -> Fields:
    end = drug.prescribed + timedelta(days=drug.days)
    return {"debut": f"{drug.prescribed}", "fin": f"{end}", "traitement": f"{drug.drug} {drug.dose}", "annule": "0"}
