CREATE TABLE etablissements (
    id INTEGER PRIMARY KEY,
    nom VARCHAR(60) NOT NULL,
    code_postal CHAR(5) NOT NULL
);
CREATE TABLE praticiens (
    id INTEGER PRIMARY KEY,
    nom VARCHAR(60) NOT NULL,
    prenom VARCHAR(60) NOT NULL
);
CREATE TABLE patients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ipp CHAR(8) NOT NULL UNIQUE,
    nom VARCHAR(60) NOT NULL,
    nom_naissance VARCHAR(60),
    prenom VARCHAR(60) NOT NULL,
    sexe CHAR(1) NOT NULL CHECK (sexe IN ('F', 'M')),
    date_naissance DATE NOT NULL,
    lieu_naissance VARCHAR(80),
    adresse VARCHAR(120),
    code_postal CHAR(5),
    ville VARCHAR(80),
    telephone VARCHAR(20),
    courriel VARCHAR(120),
    lien_resultats VARCHAR(200),
    cree_le DATETIME NOT NULL
);
CREATE INDEX patients_nom ON patients (nom, prenom, date_naissance);
CREATE TABLE sejours (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    etablissement_id INTEGER NOT NULL REFERENCES etablissements (id),
    praticien_id INTEGER NOT NULL REFERENCES praticiens (id),
    entree DATETIME NOT NULL,
    sortie DATETIME NOT NULL,
    motif VARCHAR(200) NOT NULL,
    cim10 VARCHAR(8) NOT NULL
);
CREATE INDEX sejours_patient ON sejours (patient_id);
CREATE INDEX sejours_etablissement ON sejours (etablissement_id, entree);
CREATE TABLE allergies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    substance VARCHAR(120) NOT NULL,
    notee_le DATE NOT NULL
);
CREATE INDEX allergies_patient ON allergies (patient_id);
CREATE TABLE prescriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id INTEGER NOT NULL REFERENCES patients (id),
    sejour_id INTEGER NOT NULL REFERENCES sejours (id),
    medicament VARCHAR(120) NOT NULL,
    code_atc CHAR(7) NOT NULL,
    posologie VARCHAR(120) NOT NULL,
    debut DATE NOT NULL,
    jours INTEGER NOT NULL
);
CREATE INDEX prescriptions_patient ON prescriptions (patient_id);
CREATE INDEX prescriptions_sejour ON prescriptions (sejour_id);
