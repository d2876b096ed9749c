"""What every SQL database must do alike: plant, look back, refresh, and take away every trace that can be taken."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from hospital_cases import AT, MAPPING, NORTH, PEOPLE, Hospital, decoy, plant, standings

from honeytokens.errors import KeyTakenError, MappingError, PlantingError
from honeytokens.model import Establishment, Field


def test_reads_the_host(steady_hospital: Hospital) -> None:
    with steady_hospital.connect() as adapter:
        adapter.check()
        assert adapter.patient_count() == len(PEOPLE)
        people = [(last, first, date.fromisoformat(dob)) for last, first, dob in PEOPLE if dob]
        assert sorted(adapter.host_people()) == sorted(people)
        assert sorted(adapter.host_values(Field.EMAIL)) == [f"{i}@example.org" for i in range(len(PEOPLE))]
        assert list(adapter.host_values(Field.NATIONAL_ID)) == []
        assert adapter.unique_fields() == {Field.EMAIL, Field.LOCAL_ID}
        assert Field.SURNAME in adapter.fields()
        assert Field.NATIONAL_ID not in adapter.fields()


def test_a_stream_may_be_left_early(steady_hospital: Hospital) -> None:
    with steady_hospital.connect() as adapter:
        for _ in range(20):
            stream = adapter.host_people()
            next(stream)
            stream.close()  # type: ignore[attr-defined]


def test_whole_life_leaves_every_row_as_it_was(hospital: Hospital) -> None:
    before = hospital.everything()
    with hospital.connect() as adapter:
        adapter.check()
        decoys = [decoy(serial) for serial in range(6)]
        assert [adapter.unfit(each, NORTH, AT) for each in decoys] == [None] * 6
        rows = plant(adapter, *decoys)
        assert standings(adapter, rows) == {"same"}
        assert adapter.patient_count() == len(PEOPLE) + 6
        assert adapter.links(rows) == []
        assert adapter.residues()
    with hospital.connect() as adapter:  # another process, later
        assert standings(adapter, rows) == {"same"}
        adapter.remove(rows)
        assert standings(adapter, rows) == {"missing"}
    assert hospital.everything() == before


def test_rows_are_the_sites_own_way(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        drafts = adapter.compose(decoy(4), NORTH, AT)
        rows = plant(adapter, decoy(4))
    assert [draft.table for draft in drafts] == ["patients", *["stays"] * 2, "allergies", *["prescriptions"] * 2]
    patient = rows[0].values
    assert patient["last_name"] == "LEFÈVRE-D'ŒUVRE4"
    assert patient["full_name"] == "LEFEVRE-D'OEUVRE4 MAELYS"
    assert patient["phone"] is None
    assert patient["doctor_id"] in (3, 7)
    assert str(patient["created_at"]).startswith("2026-03-04 10:30:15")  # the wall clock of Paris
    keys = {row.table: row.key for row in reversed(rows)}
    assert [row.values["patient_id"] for row in rows[1:]] == [keys["patients"]] * 5
    # The first drug was given in the first stay, the second in the second.
    assert [row.values["stay_id"] for row in rows[4:]] == [rows[1].key, rows[2].key]
    assert hospital.scalar(f"SELECT last_name FROM patients WHERE patient_id = {rows[0].key}") == "LEFÈVRE-D'ŒUVRE4"


def test_practitioners_are_stable_and_mixed(steady_hospital: Hospital) -> None:
    with steady_hospital.connect() as adapter:
        chosen = [adapter.compose(decoy(serial), NORTH, AT)[0].values["doctor_id"] for serial in range(40)]
        again = [adapter.compose(decoy(serial), NORTH, AT)[0].values["doctor_id"] for serial in range(40)]
    assert chosen == again
    assert set(chosen) == {3, 7}
    assert chosen != sorted(chosen, key=str)


def test_the_application_goes_on_numbering(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1), decoy(2))
        hospital.admit()
        hospital.admit()
        more = plant(adapter, decoy(3))
        adapter.remove(rows + more)
    hospital.admit()
    assert hospital.scalar("SELECT count(*) FROM patients") == len(PEOPLE) + 3


def test_plants_beside_a_busy_application(hospital: Hospital) -> None:
    failures: list[BaseException] = []

    def admissions() -> None:
        try:
            for _ in range(25):
                hospital.admit()
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            failures.append(error)

    thread = threading.Thread(target=admissions)
    with hospital.connect() as adapter:
        adapter.check()
        thread.start()
        rows = plant(adapter, *(decoy(serial) for serial in range(12)))
        thread.join()
        assert not failures
        assert standings(adapter, rows) == {"same"}
        adapter.remove(rows)
    assert hospital.scalar("SELECT count(*) FROM patients") == len(PEOPLE) + 25


@pytest.mark.parametrize("table", ["patients", "prescriptions"])
def test_a_taken_key_leaves_nothing(hospital: Hospital, table: str) -> None:
    with hospital.connect() as adapter:
        rows = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
        plant(adapter, decoy(2))
        key = [row.key for row in rows if row.table == table][-1]
        if table == "patients":
            overriding = "OVERRIDING SYSTEM VALUE" if hospital.flavour == "postgresql" else ""
            hospital.execute(
                "INSERT INTO patients"
                " (patient_id, last_name, first_name, full_name, sex, vip, balance, created_at, doctor_id)"
                f" {overriding} VALUES ({key}, 'DURAND', 'Luc', 'X', 'M', :vip, 0, '2024-05-06 07:08:09', 3)",
                vip=False,
            )
        else:
            hospital.execute(
                "INSERT INTO prescriptions (prescription_id, patient_id, stay_id, drug, prescribed, days)"
                f" VALUES ({key}, 1, 1, 'x', '2020-01-01', 1)"
            )
        before = hospital.everything()
        with pytest.raises(KeyTakenError, match=f"key of {table}"):
            adapter.write(rows)
        assert hospital.everything() == before
        assert "foreign" in standings(adapter, rows)
        assert standings(adapter, plant(adapter, decoy(1))) == {"same"}


def test_reservations_before_a_write_do_not_meet(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        first = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
        second = adapter.reserve(adapter.compose(decoy(2), NORTH, AT))
        adapter.write(second)
        adapter.write(first)
        assert standings(adapter, first + second) == {"same"}


def test_a_value_that_must_be_unique_is_no_key(hospital: Hospital) -> None:
    before = hospital.everything()
    with hospital.connect() as adapter:
        rows = adapter.reserve(adapter.compose(decoy(1, email="0@example.org"), NORTH, AT))
        with pytest.raises(PlantingError, match="must be unique") as refused:
            adapter.write(rows)
    assert not isinstance(refused.value, KeyTakenError)
    assert "example.org" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert hospital.everything() == before


def test_looks_back(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1), decoy(2))
        first, second = rows[0], rows[6]
        hospital.execute(f"UPDATE patients SET city = 'Lyon' WHERE patient_id = {first.key}")
        hospital.execute(f"DELETE FROM prescriptions WHERE prescription_id = {rows[5].key}")
        hospital.execute(
            "UPDATE patients SET last_name = 'X', first_name = 'Y', full_name = 'X Y', dob = NULL, pob = NULL,"
            f" address = NULL, zip = NULL, email = NULL, ipp = NULL, sex = 'F' WHERE patient_id = {second.key}"
        )
        found = adapter.state([first, second, rows[5], rows[1]])
    assert [state.standing for state in found] == ["changed", "foreign", "missing", "same"]
    assert found[0].columns == ("city",)


def test_refreshes_a_row(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1))
        moved = decoy(1, street="3 place du Marché", town="Ambérieu")
        changes = adapter.changes(rows[0], moved, NORTH)
        assert changes == {"address": "3 place du Marché", "city": "Ambérieu"}
        [after] = adapter.rewrite(rows[0], changes)
        assert after == replace(rows[0], values=rows[0].values | changes)
        assert standings(adapter, (after,)) == {"same"}
        with pytest.raises(PlantingError, match="changed"):
            adapter.rewrite(rows[0], changes)


def test_never_deletes_what_is_not_ours(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1))
        before = hospital.everything()
        not_ours = replace(rows[0], key=2)
        with pytest.raises(PlantingError, match="foreign"):
            adapter.remove([not_ours])
        with pytest.raises(PlantingError, match="missing"):
            adapter.remove([*rows, replace(rows[-1], key=9999)])
        assert hospital.everything() == before


def test_names_what_refers_to_a_decoy(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1))
        hospital.execute(
            "INSERT INTO stays (patient_id, site, admitted, reason)"
            f" VALUES ({rows[0].key}, 'N1', '2026-03-05 03:04:05', 'x')"
        )
        hospital.execute(f"INSERT INTO appointments (patient_id) VALUES ({rows[0].key})")
        before = hospital.everything()
        if hospital.transactional:  # MyISAM has no foreign keys: only the mapping tells
            assert sorted(adapter.links(rows)) == ["appointments.patient_id", "stays.patient_id"]
            with pytest.raises(PlantingError, match=r"appointments\.patient_id"):
                adapter.remove(rows)
            assert hospital.everything() == before
        else:
            assert adapter.links(rows) == ["stays.patient_id"]


@pytest.mark.parametrize(
    ("identity", "reason"),
    [
        ({"surname": "A" * 41}, "surname is longer than the 40 characters of patients.last_name"),
        ({"street": "1 rue " + "é" * 90}, "street is longer than the 80 characters of patients.address"),
        ({"local_id": "1" * 13}, "local_id is longer than the 12 characters of patients.ipp"),
    ],
)
def test_says_why_a_decoy_is_unfit(steady_hospital: Hospital, identity: dict[str, object], reason: str) -> None:
    with steady_hospital.connect() as adapter:
        assert adapter.unfit(decoy(1, **identity), NORTH, AT) == reason
        with pytest.raises(PlantingError, match="does not fit"):
            adapter.compose(decoy(1, **identity), NORTH, AT)


def test_says_why_an_establishment_is_unfit(steady_hospital: Hospital) -> None:
    with steady_hospital.connect() as adapter:
        found = adapter.unfit(decoy(1), Establishment("x", "TOO LONG A CODE", "59000"), AT)
    assert found == "establishment is longer than the 8 characters of stays.site"


def test_letters_that_the_column_lacks(steady_hospital: Hospital) -> None:
    with steady_hospital.connect() as adapter:
        found = adapter.unfit(decoy(1, surname="Wałęsa"), NORTH, AT)
    lacking = "surname has letters that are not in the character set of patients.last_name"
    assert found == (lacking if steady_hospital.flavour == "myisam" else None)


def test_every_misfit_is_named_on_one_line(steady_hospital: Hospital) -> None:
    wrong = (
        MAPPING.replace("last_name = {", "lastname = {")
        .replace('table = "allergies"', 'table = "alergies"')
        .replace('female = "F"', 'female = "W"')
        .replace('created_at = { time = "planted" }\n', "")
        .replace("balance = { constant = 12.5 }", 'balance = "town"')
        .replace("only = [3, 7]", "only = [3, 99]")
        .replace('drug = "drug"', 'days = "drug"')
        .replace('days = "days"\n', "")
        .replace('patient_id = { key_of = "patient" }', 'stay_id2 = { key_of = "patient" }')
    )
    with steady_hospital.connect(wrong) as adapter, pytest.raises(MappingError) as refused:
        adapter.check()
    line = str(refused.value)
    assert "\n" not in line
    for misfit in (
        'there is no column patients.lastname, did you mean "last_name"?',
        'there is no table alergies, did you mean "allergies"?',
        "sex is none of the values allowed in patients.sex",
        "patients.created_at must have a value and is not mapped",
        "patients.last_name must have a value and is not mapped",
        "town is no number, as is wanted by patients.balance",
        "drug is no whole number, as is wanted by prescriptions.days",
        "there is no column prescriptions.stay_id2",
        "prescriptions.patient_id must have a value and is not mapped",
    ):
        assert misfit in line
    absent = r"practitioners\.practitioner_id does not hold 99\b"
    with steady_hospital.connect(MAPPING.replace("7]", "99]")) as adapter, pytest.raises(MappingError, match=absent):
        adapter.check()


def test_residues_are_true(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1))
        adapter.remove(rows)
        said = "; ".join(adapter.residues())
    assert "backups" in said
    expected = {
        "sqlite": "the counter of patients stands at 5",
        "mariadb": "the AUTO_INCREMENT of patients stands at 6",
        "myisam": "the AUTO_INCREMENT of patients stands at 6",
        "postgresql": "the sequence public.patients_patient_id_seq was advanced",
    }
    assert expected[hospital.flavour] in said
    assert "trigger" not in said


def test_a_rewriting_that_changes_nothing(hospital: Hospital) -> None:
    """Two versions may have the same street."""
    with hospital.connect() as adapter:
        rows = plant(adapter, decoy(1))
        assert adapter.changes(rows[0], decoy(1), NORTH) == {}
        assert adapter.rewrite(rows[0], {}) == (rows[0],)
