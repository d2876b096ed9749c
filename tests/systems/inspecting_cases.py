"""Schemas as hospitals have them, written anew for these tests, each with where its identities are."""

from __future__ import annotations

from dataclasses import dataclass, field

from faker import Faker


@dataclass(frozen=True)
class Case:
    """``truth`` is the column of each field; ``attributes`` name the rows of a value table instead."""

    schema: str
    truth: dict[str, str]
    attributes: dict[str, str] = field(default_factory=dict)


CASES = {
    "french": Case(
        """
        create table utilisateurs (id integer primary key, nom text, prenom text, date_naissance date,
          mot_de_passe text);
        create table civilites (id integer primary key, libelle varchar(20));
        create table patients (
          numero integer primary key autoincrement, ipp varchar(12) not null unique, nom_usage varchar(60),
          nom_naissance varchar(60),
          prenom varchar(60), sexe char(1), date_naissance date, commune_naissance varchar(60), adresse varchar(120),
          code_postal varchar(5), ville varchar(60), tel_portable varchar(20), courriel varchar(90),
          num_secu varchar(15),
          nom_medecin_traitant varchar(60), date_creation datetime not null, statut varchar(10) not null);
        create table personnes_a_prevenir (id integer primary key,
          patient_numero integer references patients (numero), nom text, prenom text, telephone text);
        create table sejours (id integer primary key, patient_numero integer references patients (numero),
          date_entree datetime, date_sortie datetime, motif text);
        """,
        {
            "surname": "patients.nom_usage",
            "birth_name": "patients.nom_naissance",
            "first_name": "patients.prenom",
            "sex": "patients.sexe",
            "birth_date": "patients.date_naissance",
            "birth_place": "patients.commune_naissance",
            "street": "patients.adresse",
            "postcode": "patients.code_postal",
            "town": "patients.ville",
            "phone": "patients.tel_portable",
            "email": "patients.courriel",
            "national_id": "patients.num_secu",
            "local_id": "patients.ipp",
        },
    ),
    "glued": Case(
        """
        create table fchpat (FchPat_Ref integer primary key, FchPat_GUID char(36), FchPat_NomJF varchar(40),
          FchPat_DateNais text,
          FchPat_Sexe char(1), FchPat_Adr varchar(120), FchPat_CP integer, FchPat_Ville varchar(60),
          FchPat_Tel1 varchar(20),
          FchPat_NomAss varchar(40), FchPat_PrenomAss varchar(40));
        create table IndexNoms (cle integer primary key, IDDos char(36), NomDos varchar(40), PrenomDos varchar(40));
        """,
        {
            "surname": "IndexNoms.NomDos",
            "birth_name": "fchpat.FchPat_NomJF",
            "first_name": "IndexNoms.PrenomDos",
            "birth_date": "fchpat.FchPat_DateNais",
            "sex": "fchpat.FchPat_Sexe",
            "street": "fchpat.FchPat_Adr",
            "postcode": "fchpat.FchPat_CP",
            "town": "fchpat.FchPat_Ville",
            "phone": "fchpat.FchPat_Tel1",
        },
    ),
    "german": Case(
        """
        create table Aerzte (ArztID integer primary key, Vorname text, Nachname text, Geburtsdatum date);
        create table Patienten (PatientenID integer primary key, Nachname varchar(40), Vorname varchar(40),
          GebDatum date,
          Geschlecht char(1), Strasse varchar(60), PLZ char(5), Ort varchar(40), Telefonnummer varchar(20),
          Hausarzt integer references Aerzte (ArztID));
        create table Aufenthalte (id integer primary key, PatientenID integer references Patienten (PatientenID),
          Aufnahmedatum datetime, Entlassungsdatum datetime);
        """,
        {
            "surname": "Patienten.Nachname",
            "first_name": "Patienten.Vorname",
            "birth_date": "Patienten.GebDatum",
            "sex": "Patienten.Geschlecht",
            "street": "Patienten.Strasse",
            "postcode": "Patienten.PLZ",
            "town": "Patienten.Ort",
            "phone": "Patienten.Telefonnummer",
        },
    ),
    "spanish": Case(
        """
        create table personas (id_persona integer primary key, dni varchar(12), apellido varchar(60),
          nombre varchar(60),
          fecha_nacimiento date, sexo varchar(10), direccion varchar(100), codigo_postal varchar(8),
          localidad varchar(50),
          telefono varchar(20), correo varchar(80));
        create table pacientes (id_paciente integer primary key, id_persona integer references personas (id_persona),
          historia_clinica varchar(12) unique);
        create table medicos (id_medico integer primary key, id_persona integer references personas (id_persona));
        """,
        {
            "surname": "personas.apellido",
            "first_name": "personas.nombre",
            "birth_date": "personas.fecha_nacimiento",
            "sex": "personas.sexo",
            "street": "personas.direccion",
            "postcode": "personas.codigo_postal",
            "town": "personas.localidad",
            "phone": "personas.telefono",
            "email": "personas.correo",
            "local_id": "pacientes.historia_clinica",
        },
    ),
    "parted": Case(
        """
        create table person (person_id integer primary key, gender char(1), birthdate date);
        create table person_name (person_name_id integer primary key, person_id integer references person (person_id),
          given_name varchar(50), middle_name varchar(50), family_name varchar(50));
        create table person_address (person_address_id integer primary key,
          person_id integer references person (person_id),
          address1 varchar(90), city_village varchar(50), postal_code varchar(10));
        create table patient (patient_id integer primary key references person (person_id), creator integer);
        create table users (user_id integer primary key, username varchar(30), password varchar(128),
          person_id integer);
        """,
        {
            "surname": "person_name.family_name",
            "first_name": "person_name.given_name",
            "birth_date": "person.birthdate",
            "sex": "person.gender",
            "street": "person_address.address1",
            "postcode": "person_address.postal_code",
            "town": "person_address.city_village",
        },
    ),
    "attributes": Case(
        """
        create table personnes (id integer primary key, type varchar(10));
        create table types_donnees (id integer primary key, nom varchar(40), libelle varchar(80));
        create table donnees (id integer primary key, personne integer, auteur integer, type integer, valeur text);
        """,
        {},
        {
            "surname": "Nom d'usage",
            "birth_name": "Nom de naissance",
            "first_name": "Prénom",
            "birth_date": "Date de naissance",
            "sex": "Sexe",
            "street": "Adresse",
            "postcode": "Code postal",
            "town": "Ville",
            "phone": "Téléphone",
            "email": "Courriel",
        },
    ),
}


def people(count: int) -> list[dict[str, object]]:
    """Return invented people, from a source that is not the product's own."""
    fake = Faker("fr_FR")
    fake.seed_instance(11)
    return [
        {
            "surname": fake.last_name().upper(),
            "birth_name": fake.last_name().upper(),
            "first_name": fake.first_name(),
            "sex": "FM"[number % 2],
            "birth_date": fake.date_of_birth(minimum_age=1, maximum_age=95).isoformat(),
            "birth_place": fake.city(),
            "street": fake.street_address(),
            "postcode": fake.postcode(),
            "town": fake.city(),
            "phone": fake.numerify("06########"),
            "email": fake.email(),
            "national_id": fake.numerify("1%%01%%######%%"),
            "local_id": str(8000000 + 7 * number),
        }
        for number in range(count)
    ]
