"""Mediboard's exports: objects, fields, labels and quoting as its public code writes them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import mediboard_reading
import pytest
from exchange_cases import AS_OF, ORIGINS, STORY, made, one, written

from honeytokens.formats import Batch
from honeytokens.mediboard import age, soundex2, title, upper
from honeytokens.model import Allergy, Story

PERSON: dict[str, Any] = {
    "surname": "Le Goff & fils",
    "birth_name": "Œuvrard",
    "first_name": "Hélène",
    "phone": "06 39 98 12 34",
    "email": "h.legoff@courrier-sante.fr",
    "local_id": "8001234",
    "national_id": "261037511234567",
}
SOUNDS = {
    "GAUTHREAUX": "KTRX",
    "MARTIN": "MRTN",
    "DUPONT": "DPN",
    "DURAND": "DRN",
    "Mylene": "MLN",
    "LEFEBVRE": "LFBV",
    "PHILIPPE": "FLP",
    "SCHMIDT": "SSMD",
    "KNOBLAUCH": "NBLC",
    "GUERIN": "KRN",
    "QUENTIN": "KNTN",
    "LE-GOFF": "LKF",
    "D'ARTAGNAN": "DRTG",
    "CHARPENTIER": "CHRP",
    "YVES": "V",
    "HAYAT": "AY",
    "ASAD": "AZ",
    "ROUSSEAU": "RS",
    "BECK": "BK",
    "ACCARD": "AKR",
    "PFISTER": "FSTR",
    "O": "O",
    "DE": "D",
    "TANGUY": "TNK",
    "BEN AMAR": "BNMR",
    "Hélène": "ALN",
    "FRANÇOIS": "FRNK",
    "": "",
    "-": "",
}
"""What the application's own class made of these names, and of none."""


@pytest.mark.parametrize(("name", "key"), SOUNDS.items())
def test_phonetic_keys(name: str, key: str) -> None:
    assert soundex2(name) == key


@pytest.mark.parametrize(
    ("sex", "born", "expected"),
    [
        ("male", date(1950, 1, 1), "m"),
        ("female", date(1950, 1, 1), "mme"),
        ("female", date(2011, 11, 1), "mme"),
        ("female", date(2011, 11, 2), "enf"),
        ("male", date(2020, 2, 29), "enf"),
    ],
)
def test_titles(sex: str, born: date, expected: str) -> None:
    assert title(sex, born, AS_OF) == expected


def test_capitals_keep_accents_and_length() -> None:
    assert upper("Éloïse d'Hœrdt-Strauß") == "ÉLOÏSE D'HŒRDT-STRAUß"
    assert (age(date(2000, 2, 29), date(2026, 2, 28)), age(date(2000, 2, 29), date(2026, 3, 1))) == (25, 26)


def objects(**person: Any) -> list[mediboard_reading.Object]:
    ((path, document),) = mediboard_reading.exported(one("mediboard-xml", **(PERSON | person)))
    assert re.fullmatch(r"export-2026-11-01/CPatient-\d+/export\.xml", path)
    assert document.tag == "mediboard-export"
    assert datetime.fromisoformat(document.attrib["date"]).date() == AS_OF
    found = mediboard_reading.objects(document)
    assert found[0][0]["id"] == document.attrib["root"] == path.split("/")[1]
    return found


def test_the_patient() -> None:
    attributes, fields = objects()[0]
    assert attributes.keys() == {"class", "id"}
    known = {
        "nom": "LE GOFF & FILS",
        "nom_jeune_fille": "ŒUVRARD",
        "prenom": "Hélène",
        "nom_soundex2": "LKFF",
        "nomjf_soundex2": "OVR",
        "prenom_soundex2": "ALN",
        "naissance": "1961-03-12",
        "sexe": "f",
        "civilite": "mme",
        "adresse": "12 rue des Lilas",
        "ville": "Paris",
        "cp": "75014",
        "tel2": "0639981234",
        "matricule": "261037511234567",
        "lieu_naissance": "Lyon",
    }
    assert {name: fields[name] for name in known} == known
    assert "tel" not in fields
    assert objects(phone="01 99 00 12 34")[0][1]["tel"] == "0199001234"


def test_objects_refer_to_each_other_and_nobody_is_invented() -> None:
    found = objects()
    kinds = [attributes["class"] for attributes, _ in found]
    assert kinds == [
        *("CPatient", "CIdSante400", "CSejour", "CGroups", "CSejour", "CSejour", "CSejour"),
        *("CDossierMedical", "CAntecedent", "CAntecedent", "CTraitement", "CTraitement"),
    ]
    names = {attributes["id"] for attributes, _ in found}
    assert len(names) == len(found)
    references = [value for attributes, _ in found for key, value in attributes.items() if key.endswith("_id")]
    assert set(references) <= names
    stays = [attributes["id"] for attributes, _ in found if attributes["class"] == "CSejour"]
    assert stays == sorted(stays, key=lambda name: int(name.partition("-")[2]))


def test_a_stay_names_the_hosts_own_practitioner_by_its_own_key() -> None:
    batch = made("fr_fr", "pools", 60)
    seen = set()
    for (_, document), story in zip(
        mediboard_reading.exported(written("mediboard-xml", batch)), batch.stories, strict=True
    ):
        found = {attributes["id"]: (attributes, fields) for attributes, fields in mediboard_reading.objects(document)}
        users = [found[attributes["praticien_id"]] for attributes, _ in found.values() if "praticien_id" in attributes]
        names = [found[attributes["user_id"]][1] for attributes, _ in users]
        meant = [
            (stay.practitioner.first_name, stay.practitioner.surname.upper())
            for stay in story.stays
            if stay.practitioner
        ]
        assert [(name["user_first_name"], name["user_last_name"]) for name in names] == meant
        seen |= {(attributes["id"], fields.get("rpps")) for attributes, fields in users}
    assert {("CMediusers-17", "10003456786"), ("CMediusers-18", "10002478914")} < seen
    assert {rpps for _, rpps in seen} == {"10003456786", "10002478914", None}


def test_stays_allergies_and_treatments() -> None:
    found = objects()
    fields = {kind: [fields for attributes, fields in found if attributes["class"] == kind] for kind in
              ("CSejour", "CDossierMedical", "CAntecedent", "CTraitement", "CGroups", "CIdSante400")}  # fmt: skip
    assert [stay["type"] for stay in fields["CSejour"]] == ["urg", "consult", "ambu", "comp"]
    assert fields["CSejour"][3]["entree_reelle"] == "2026-01-05 08:00:00"
    assert fields["CSejour"][3]["libelle"] == "Arthrose de la hanche"
    assert fields["CDossierMedical"][0]["codes_cim"] == "S934|I10|H259|M161"
    assert fields["CDossierMedical"][0]["groupe_sanguin"] == "?"
    assert [(each["type"], each["rques"]) for each in fields["CAntecedent"]] == [
        ("alle", "pénicilline"),
        ("alle", "latex"),
    ]
    assert fields["CTraitement"][0]["traitement"] == "ibuprofène 400 mg trois fois par jour"
    assert (fields["CTraitement"][0]["debut"], fields["CTraitement"][0]["fin"]) == ("2024-03-31", "2024-04-05")
    assert fields["CGroups"][0] == {
        "text": "CH des Tilleuls",
        "raison_sociale": "CH des Tilleuls",
        "finess": "750000018",
    }
    assert fields["CIdSante400"][0]["id400"] == "8001234"


def test_someone_without_a_story_is_a_patient_alone() -> None:
    ((_, document),) = mediboard_reading.exported(one("mediboard-xml", story=Story((), (), ())))
    assert [attributes["class"] for attributes, _ in mediboard_reading.objects(document)] == ["CPatient"]
    (line,) = mediboard_reading.lines(one("mediboard-csv", story=Story((), (), ())))
    assert line["Patient"] == "Mme MARTIN Camille (F)"
    assert {value for name, value in line.items() if name != "Patient"} == {""}


def test_keys_never_repeat_and_differ_each_time() -> None:
    batch = made("fr_fr", "pools", 300)
    exports = [list(mediboard_reading.exported(written("mediboard-xml", batch, batch))) for _ in range(2)]
    keys = [
        [attributes["id"] for _, document in export for attributes, _ in mediboard_reading.objects(document)
         if attributes["class"] not in {"CGroups", "CMediusers", "CUser"}]
        for export in exports
    ]  # fmt: skip
    assert len(set(keys[0])) == len(keys[0])
    assert len(set(keys[0]) & set(keys[1])) < len(keys[0]) / 50


def test_the_search_as_php_writes_it() -> None:
    content = one("mediboard-csv", **PERSON).decode("cp1252")
    assert content.startswith(
        'Patient;"Age à l\'époque";"Dossier Médical";Evenement;Prescription;DCI;"Code ATC";"Libellé ATC";'
        '"Commentaire / Motif"\n'
        '"Mme LE GOFF & FILS (ŒUVRARD) Hélène (F)";63;"Antécédents :\nAllergies :\npénicilline\nlatex\n'
        "Diagnosctics CIM:\nS934: Entorse de la cheville \nI10: Hypertension artérielle \nH259: Cataracte \n"
        'M161: Arthrose de la hanche \n";"Séjour du 30/03/2024au 31/03/2024";IBUPROFÈNE;IBUPROFÈNE;M01AE01;ibuprofène;'
        '"400 mg trois fois par jour, 5 jours"\n'
    )
    lines = mediboard_reading.lines(content.encode("cp1252"))
    assert [line["Code ATC"] for line in lines] == ["M01AE01", "", "", "B01AB05"]
    assert [line["Age à l'époque"] for line in lines] == ["63", "63", "64", "64"]


def test_the_search_tells_no_birth_date_address_or_phone() -> None:
    content = one("mediboard-csv", **PERSON).decode("cp1252")
    for text in ("1961", "12/03", "Lilas", "75014", "0639981234", "06 39", "8001234", "26103", "courrier-sante"):
        assert text not in content


@pytest.mark.parametrize(
    ("written_as", "expected"),
    [("Łukasz", "LUKASZ"), ("Œuf €", "ŒUF €"), ('a;"b"\\', 'A;"B"\\'), ("Nguyễn", "NGUYEN")],
)
def test_letters_and_signs_of_the_search(written_as: str, expected: str) -> None:
    (row,) = mediboard_reading.found(one("mediboard-csv", surname=written_as))
    assert row["surname"] == expected


def test_a_long_allergy_is_cut() -> None:
    story = Story(STORY.stays[:1], (Allergy("a" * 41, date(2020, 1, 1)), Allergy("b" * 40, date(2020, 1, 1))), ())
    (line,) = mediboard_reading.lines(one("mediboard-csv", story=story))
    assert f"\n{'a' * 37}...\n{'b' * 40}\n" in line["Dossier Médical"]


def test_a_control_character_does_not_break_the_document() -> None:
    assert objects(surname="a\x01b\x0c")[0][1]["nom"] == "AB"


def test_many_patients_each_once() -> None:
    batch = made("fr_fr", "demo", 200)
    content = written("mediboard-xml", batch, origin=ORIGINS["fr_fr"])
    found = mediboard_reading.patients(content)
    assert [row["birth_date"] for row in found] == [str(born) for born in batch.identities["birth_date"]]
    lines = mediboard_reading.lines(written("mediboard-csv", Batch(batch.identities, batch.stories)))
    assert len(lines) >= 200
