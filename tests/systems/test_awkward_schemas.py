"""Schemas as hospitals really have them: a decoy is `same` once written, and every row as it was once it is removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from hospital_cases import AT, NORTH, Hospital, backend, build, decoy, plant, standings
from private_server import DatabaseServer

from honeytokens.errors import MappingError, PlantingError
from honeytokens.model import Field

PATIENT = """
version = 1
timezone = "Europe/Paris"
[patient]
table = "patients"
key = "id"
[patient.columns]
last = "surname"
first = "first_name"
dob = "birth_date"
"""


@contextmanager
def built(url: str, schema: str, mapping: str) -> Iterator[Hospital]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    hospital = Hospital(backend(url), url, engine, mapping)
    build(hospital, schema)
    yield hospital
    engine.dispose()


def lives(hospital: Hospital, serials: range = range(3)) -> dict[str, list[tuple[str | None, ...]]]:
    """Plant, look back and remove; return the database as it was with the decoys in it."""
    before = hospital.everything()
    with hospital.connect() as adapter:
        adapter.check()
        decoys = [decoy(serial) for serial in serials]
        assert [adapter.unfit(each, NORTH, AT) for each in decoys] == [None] * len(decoys)
        rows = plant(adapter, *decoys)
        assert standings(adapter, rows) == {"same"}
        during = hospital.everything()
        adapter.remove(rows)
    assert hospital.everything() == before
    return during


def refuses(hospital: Hospital, reason: str, mapping: str | None = None) -> None:
    """Expect that the mapping is refused."""
    with hospital.connect(mapping) as adapter, pytest.raises(MappingError, match=reason):
        adapter.check()


def test_names_that_must_be_quoted(database_url: str) -> None:
    quote = "`{}`" if backend(database_url) == "mysql" else '"{}"'
    names = ["Group", "Select", "last name", "First%Name", "d:ob", "order"]
    table, key, last, first, dob, order = (quote.format(name) for name in names)
    auto = {"mysql": "INT AUTO_INCREMENT", "postgresql": "SERIAL"}.get(backend(database_url), "INTEGER")
    schema = (
        f"CREATE TABLE {table} ({key} {auto} PRIMARY KEY, {last} VARCHAR(60), {first} VARCHAR(60), {dob} DATE);\n"
        f"CREATE TABLE {order} ({key} {auto} PRIMARY KEY, {last} INT NOT NULL REFERENCES {table} ({key}));\n"
    )
    mapping = """
        version = 1
        [patient]
        table = "Group"
        key = "Select"
        [patient.columns]
        "last name" = "surname"
        "First%Name" = "first_name"
        "d:ob" = "birth_date"
        [allergy]
        table = "order"
        key = "Select"
        parent_column = "last name"
    """
    with built(database_url, schema, mapping) as hospital:
        during = lives(hospital)
        assert len(during["Group"]) == len(during["order"]) == 3


def test_text_keys_from_the_local_identifier(database_url: str) -> None:
    schema = """
        CREATE TABLE patients (id CHAR(12) PRIMARY KEY, last VARCHAR(60), first VARCHAR(60), dob DATE);
        CREATE TABLE stays (id INTEGER PRIMARY KEY, patient CHAR(12) REFERENCES patients (id), motive VARCHAR(60));
        INSERT INTO patients VALUES ('123', 'A', 'B', '1990-01-01');
        INSERT INTO stays VALUES (41, '123', 'x')
    """
    mapping = PATIENT.replace('key = "id"', 'key = "id"\nkey_from = "local_id"') + (
        '[stay]\ntable = "stays"\nkey = "id"\nparent_column = "patient"\n[stay.columns]\nmotive = "reason"\n'
    )
    with built(database_url, schema, mapping) as hospital:
        during = lives(hospital)
        assert sorted(str(row[0]).strip() for row in during["patients"]) == [
            "123",
            "700000000",
            "700000001",
            "700000002",
        ]
        assert min(str(row[0]) for row in during["stays"]) == "41"
        with hospital.connect() as adapter:
            assert Field.LOCAL_ID in adapter.fields()
            assert adapter.unique_fields() == {Field.LOCAL_ID}
            assert [value.strip() for value in adapter.host_values(Field.LOCAL_ID)] == ["123"]
            assert adapter.unfit(decoy(1, local_id=None), NORTH, AT) == "local_id is empty but is the key patients.id"
        keyless = mapping.replace('\nkey_from = "local_id"', "")
        refuses(hospital, r"patients\.id is a text key", keyless)


@pytest.mark.parametrize(("pattern", "host"), [("%d/%m/%Y", "14/07/1951"), ("%Y%m%d", "19510714")])
def test_dates_as_text(database_url: str, pattern: str, host: str) -> None:
    kind = "VARCHAR(10)" if backend(database_url) != "sqlite" else "DATE"
    schema = f"""
        CREATE TABLE patients (id INTEGER PRIMARY KEY, last VARCHAR(60), first VARCHAR(60), dob {kind});
        INSERT INTO patients VALUES (1, 'A', 'B', '{host}');
        INSERT INTO patients VALUES (2, 'A', 'B', '00/00/0000');
        INSERT INTO patients VALUES (3, 'A', 'B', '')
    """
    mapping = PATIENT.replace('"birth_date"', f'{{ field = "birth_date", format = "{pattern}" }}')
    with built(database_url, schema, mapping) as hospital:
        during = lives(hospital)
        assert date(1931, 2, 3).strftime(pattern) in {str(row[3]) for row in during["patients"]}
        with hospital.connect() as adapter:
            assert list(adapter.host_people()) == [("A", "B", date(1951, 7, 14))]
    if backend(database_url) != "sqlite":
        refuses(hospital, "birth_date is a date and needs", PATIENT)


def test_composite_unique_and_what_the_database_fills(database_url: str) -> None:
    computed = "GENERATED ALWAYS AS (size * 2) STORED"
    schema = f"""
        CREATE TABLE patients (
          id INTEGER PRIMARY KEY, last VARCHAR(60) NOT NULL, first VARCHAR(60) NOT NULL, dob DATE NOT NULL,
          size INT NOT NULL DEFAULT 170, twice INT {computed}, mail VARCHAR(60) NOT NULL DEFAULT 'none',
          tel VARCHAR(20) NOT NULL,
          UNIQUE (last, first, dob)
        );
        INSERT INTO patients (id, last, first, dob, tel) VALUES (9, 'A', 'B', '1990-01-01', '')
    """
    mapping = PATIENT + 'mail = "email"\ntel = "phone"\n'
    with built(database_url, schema, mapping) as hospital:
        with hospital.connect() as adapter:
            assert adapter.unique_fields() == frozenset()
            drafts = adapter.compose(decoy(1, email=None), NORTH, AT)
            assert "mail" not in drafts[0].values  # best left to its default
            assert drafts[0].values["tel"] == ""
            rows = plant(adapter, decoy(1, email=None))
            assert rows[0].key == 10
            assert standings(adapter, rows) == {"same"}
            again = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
            with pytest.raises(PlantingError, match="must be unique"):
                adapter.write(again)
        refuses(hospital, r"patients\.twice is computed", mapping + "twice = { constant = 3 }")


def test_a_key_that_is_not_one(database_url: str) -> None:
    schema = "CREATE TABLE patients (a INT, id INT, last VARCHAR(60), first VARCHAR(60), dob DATE, PRIMARY KEY (a, id))"
    with built(database_url, schema, PATIENT + "a = { constant = 1 }") as hospital:
        refuses(hospital, r"patients\.id is not the primary key")


def test_a_foreign_key_that_points_elsewhere(database_url: str) -> None:
    schema = """
        CREATE TABLE patients (id INT PRIMARY KEY, last VARCHAR(60), first VARCHAR(60), dob DATE);
        CREATE TABLE files (id INT PRIMARY KEY);
        CREATE TABLE stays (id INT PRIMARY KEY, file INT, FOREIGN KEY (file) REFERENCES files (id))
    """
    mapping = PATIENT + '[stay]\ntable = "stays"\nkey = "id"\nparent_column = "file"\n'
    with (
        built(database_url, schema, mapping) as hospital,
        hospital.connect() as adapter,
        pytest.raises(MappingError, match=r"stays\.file is a foreign key to files, not"),
    ):
        adapter.check()


def test_patients_without_readable_names(database_url: str) -> None:
    schema = "CREATE TABLE patients (id INT PRIMARY KEY, last VARCHAR(60), first VARCHAR(60), dob DATE)"
    mapping = PATIENT.replace('last = "surname"', 'last = { template = "{surname} {first_name}" }')
    with built(database_url, schema, mapping) as hospital:
        refuses(hospital, "surname has no column of its own")


SHOUTING = {
    "sqlite": "CREATE TRIGGER shout AFTER INSERT ON patients BEGIN UPDATE patients SET {sets} WHERE id = new.id; END",
    "mysql": "CREATE TRIGGER shout BEFORE INSERT ON patients FOR EACH ROW SET {sets}",
    "postgresql": "CREATE TRIGGER shout BEFORE INSERT ON patients FOR EACH ROW EXECUTE FUNCTION shout()",
}


def shouting(url: str, *columns: str) -> str:
    """Return a schema whose patients' names are written in upper case by a trigger."""
    new = "" if backend(url) == "sqlite" else "NEW."
    sign = ":=" if backend(url) == "postgresql" else "="
    sets = [f"{new}{name} {sign} upper({new}{name})" for name in columns]
    auto = {"mysql": "INT AUTO_INCREMENT", "postgresql": "SERIAL"}.get(backend(url), "INTEGER")
    end = "ENGINE=MyISAM" if backend(url) == "mysql" else ""
    schema = f"CREATE TABLE patients (id {auto} PRIMARY KEY, last VARCHAR(60), first VARCHAR(60), dob DATE) {end};\n"
    if backend(url) == "postgresql":
        body = "; ".join([*sets, "RETURN NEW"])
        schema += f"CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$;\n"
    return schema + SHOUTING[backend(url)].format(sets=", ".join(sets))


def test_a_trigger_that_writes_a_value_its_own_way(database_url: str) -> None:
    with built(database_url, shouting(database_url, "last"), PATIENT) as hospital, hospital.connect() as adapter:
        before = hospital.everything()
        rows = adapter.write(adapter.reserve(adapter.compose(decoy(1), NORTH, AT)))
        assert rows[0].values["first"] == "Maëlys"
        assert standings(adapter, rows) == {"same"}
        adapter.remove(rows)
        assert hospital.everything() == before


def test_a_trigger_that_makes_another_person(database_url: str) -> None:
    """A row that could not be known again could not be withdrawn: it is not left there."""
    schema = shouting(database_url, "last", "first")
    with built(database_url, schema, PATIENT) as hospital, hospital.connect() as adapter:
        before = hospital.everything()
        rows = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
        with pytest.raises(PlantingError, match=r"writes its own values into patients \(last, first\)"):
            adapter.write(rows)
        assert hospital.everything() == before


def test_mariadb_types(mariadb_url: str) -> None:
    schema = """
        CREATE TABLE patients (
          id MEDIUMINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, last CHAR(60), first VARCHAR(60) CHARACTER SET utf8mb3,
          dob DATETIME, sex ENUM('homme', 'femme') NOT NULL, zip MEDIUMINT, planted TIMESTAMP(2) NOT NULL, year YEAR,
          score FLOAT, price DECIMAL(5,2), at TIME, vip BOOLEAN, note JSON NOT NULL DEFAULT '{}', town VARBINARY(9)
        ) AUTO_INCREMENT = 100
    """
    mapping = (
        PATIENT
        + """
        sex = { field = "sex", values = { female = "femme", male = "homme" } }
        zip = "postcode"
        planted = { time = "planted" }
        at = { time = "planted" }
        year = { constant = 1999 }
        score = { constant = 1.1 }
        price = { constant = 1.1 }
        vip = { constant = true }
    """
    )
    with built(mariadb_url, schema, mapping) as hospital:
        during = lives(hospital)
        assert sorted(str(row[0]) for row in during["patients"]) == ["100", "101", "102"]
        with hospital.connect() as adapter:
            assert adapter.unfit(decoy(1, first_name="𝒵oé"), NORTH, AT) == (
                "first_name has letters that are not in the character set of patients.first"
            )
            assert (
                adapter.unfit(decoy(1, postcode="2A004"), NORTH, AT)
                == "postcode is no whole number, as is wanted by patients.zip"
            )
        refuses(hospital, "not supported", mapping + 'town = "town"')
        hospital.execute("ALTER TABLE patients AUTO_INCREMENT = 16777215")
        with hospital.connect() as adapter:
            adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
            with pytest.raises(PlantingError, match="no key left"):
                adapter.reserve(adapter.compose(decoy(1), NORTH, AT))


def test_mariadb_birth_dates_that_a_timestamp_cannot_hold(mariadb_url: str) -> None:
    schema = "CREATE TABLE patients (id INT AUTO_INCREMENT PRIMARY KEY, last TEXT, first TEXT, dob TIMESTAMP NULL)"
    with built(mariadb_url, schema, PATIENT) as hospital, hospital.connect() as adapter:
        assert adapter.unfit(decoy(1), NORTH, AT) == "birth_date is out of the range of patients.dob"
        assert adapter.unfit(decoy(1, birth_date=date(1985, 1, 1)), NORTH, AT) is None


def test_mariadb_zero_dates_and_steps(mariadb_url: str, mariadb_server: DatabaseServer) -> None:
    schema = """
        CREATE TABLE patients (id INT AUTO_INCREMENT PRIMARY KEY, last TEXT, first TEXT, dob DATE NOT NULL)
          ENGINE=MyISAM;
        SET SESSION sql_mode = '';
        INSERT INTO patients VALUES (3, 'A', 'B', '0000-00-00'), (4, 'C', 'D', '1950-12-31'),
          (5, 'E', NULL, '1950-12-31')
    """
    with built(mariadb_url, schema, PATIENT) as hospital:
        with hospital.connect() as adapter:
            assert list(adapter.host_people()) == [("C", "D", date(1950, 12, 31))]
        mariadb_server.execute("SET GLOBAL auto_increment_increment = 5", "SET GLOBAL auto_increment_offset = 2")
        try:
            with hospital.connect() as adapter:
                rows = plant(adapter, decoy(1), decoy(2))
                assert [row.key for row in rows] == [7, 12]
            hospital.execute("INSERT INTO patients (last, first, dob) VALUES ('X', 'Y', '1990-01-01')")
            assert hospital.scalar("SELECT max(id) FROM patients") == 17
        finally:
            mariadb_server.execute("SET GLOBAL auto_increment_increment = 1", "SET GLOBAL auto_increment_offset = 1")


def test_mariadb_logs_and_history(mariadb_url: str, mariadb_server: DatabaseServer) -> None:
    schema = """
        CREATE TABLE patients (id INT AUTO_INCREMENT PRIMARY KEY, last TEXT, first TEXT, dob DATE)
          WITH SYSTEM VERSIONING;
        CREATE TRIGGER copies AFTER INSERT ON patients FOR EACH ROW SET @seen = 1
    """
    with built(mariadb_url, schema, PATIENT) as hospital, hospital.connect() as adapter:
        mariadb_server.execute("SET GLOBAL general_log = 1")
        try:
            said = "; ".join(adapter.residues())
        finally:
            mariadb_server.execute("SET GLOBAL general_log = 0")
    assert "patients is system-versioned: its history keeps the deleted rows" in said
    assert "the trigger copies of patients may have written elsewhere" in said
    assert "the general query log is on" in said


def test_postgresql_types(postgresql_url: str) -> None:
    schema = """
        CREATE TYPE gender AS ENUM ('homme', 'femme');
        CREATE DOMAIN code AS VARCHAR(5);
        CREATE SEQUENCE numbers START 500;
        CREATE TABLE patients (
          id BIGINT PRIMARY KEY DEFAULT nextval('numbers'), last CHAR(60), first VARCHAR, dob DATE, sex gender NOT NULL,
          zip code, planted TIMESTAMPTZ NOT NULL, seen TIMESTAMP(0), score REAL,
          price NUMERIC(5,2), at TIME, vip BOOLEAN
        );
        CREATE TABLE stays (
          id UUID PRIMARY KEY DEFAULT gen_random_uuid(), patient BIGINT NOT NULL REFERENCES patients,
          admitted TIMESTAMPTZ NOT NULL
        );
        INSERT INTO patients (last, first, dob, sex, planted) VALUES ('A', 'B', 'infinity', 'homme', 'now')
    """
    mapping = (
        PATIENT
        + """
        sex = { field = "sex", values = { female = "femme", male = "homme" } }
        zip = "postcode"
        planted = { time = "planted" }
        seen = { time = "planted" }
        at = { time = "planted" }
        score = { constant = 1.1 }
        price = { constant = 1.1 }
        vip = { constant = true }
        [stay]
        table = "stays"
        key = "id"
        parent_column = "patient"
        [stay.columns]
        admitted = "admitted"
    """
    )
    with built(postgresql_url, schema, mapping) as hospital:
        during = lives(hospital)
        assert sorted(str(row[0]) for row in during["patients"]) == ["500", "501", "502", "503"]
        with hospital.connect() as adapter:
            assert list(adapter.host_people()) == []
            hospital.execute("SELECT setval('numbers', 499)")
            with pytest.raises(PlantingError, match="sequence numbers gives keys that patients has already"):
                adapter.reserve(adapter.compose(decoy(1), NORTH, AT))


def test_postgresql_schema_and_encoding(postgresql_server: DatabaseServer) -> None:
    schema = """
        CREATE SCHEMA his;
        CREATE TABLE his.patients (id SERIAL PRIMARY KEY, last TEXT, first TEXT, dob DATE)
    """
    with postgresql_server.database(encoding="LATIN1") as url, built(url, schema, PATIENT) as hospital:
        within = Hospital("postgresql", f"{url}?options=-csearch_path%3Dhis", hospital.engine, PATIENT)
        with within.connect() as adapter:
            plain = decoy(1, surname="Lefèvre")
            assert adapter.unfit(decoy(1), NORTH, AT) == (
                "surname has letters that are not in the character set of patients.last"
            )
            rows = plant(adapter, plain)
            assert standings(adapter, rows) == {"same"}
            adapter.remove(rows)


def test_sqlite_column_that_would_eat_a_zero(sqlite_url: str) -> None:
    schema = "CREATE TABLE patients (id INTEGER PRIMARY KEY, last, first VARCHAR, dob DATE, tel STRING)"
    with built(sqlite_url, schema, PATIENT) as hospital:
        lives(hospital)
        with (
            hospital.connect(PATIENT + 'tel = "phone"') as adapter,
            pytest.raises(MappingError, match="phone is no number"),
        ):
            adapter.check()
