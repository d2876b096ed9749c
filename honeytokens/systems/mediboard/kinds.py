"""The rows of a patient in Mediboard: which columns a decoy fills, and which rows of the host it is comparable to.

The tables are those of Mediboard's public code of 3 July 2015. They have neither foreign keys nor transactions: what
points at what is told by the names of the columns, or by a class beside a number.
"""

from __future__ import annotations

from collections.abc import Mapping

from honeytokens.systems.sql.records import RowKind

CLASSES = {
    "patients": "CPatient",
    "dossier_medical": "CDossierMedical",
    "antecedent": "CAntecedent",
    "traitement": "CTraitement",
    "plageconsult": "CPlageconsult",
    "consultation": "CConsultation",
    "sejour": "CSejour",
    "prescription": "CPrescription",
    "prescription_line_medicament": "CPrescriptionLineMedicament",
    "constantes_medicales": "CConstantesMedicales",
    "compte_rendu": "CCompteRendu",
    "id_sante400": "CIdSante400",
}
"""The class by which the application names the rows of a table."""

_PATIENT = (
    "nom",
    "prenom",
    "naissance",
    "sexe",
    "civilite",
    "nom_jeune_fille",
    "nom_soundex2",
    "prenom_soundex2",
    "nomjf_soundex2",
    "adresse",
    "ville",
    "cp",
    "tel",
    "email",
    "matricule",
    "lieu_naissance",
    "function_id",
)
_ASSURE = ("nom", "nom_jeune_fille", "prenom", "naissance", "sexe", "civilite", "adresse", "ville", "cp", "tel")
MIRRORED = {f"assure_{name}": name for name in _ASSURE}
"""The insured person's columns, which many sites fill with the patient's own."""
_STAY = (
    "group_id",
    "praticien_id",
    "type",
    "annule",
    "entree_prevue",
    "sortie_prevue",
    "entree_reelle",
    "sortie_reelle",
    "entree",
    "sortie",
    "libelle",
)
_OBJECT = ("object_class", "object_id")


def _identifier(object_class: str, table: str) -> RowKind:
    return RowKind(
        "id_sante400",
        "id_sante400_id",
        ("object_class", "tag", "id400", "last_update", "datetime_create"),
        later=("id400",) if table == "sejour" else (),
        telling=("object_class", "tag", "id400"),
        parents={"object_id": (table,)},
        where={"object_class": object_class},
        optional=True,
    )


def _note(kind: str) -> RowKind:
    return RowKind(
        "antecedent",
        "antecedent_id",
        ("type", "date", "rques", "owner_id", "creation_date", "annule"),
        telling=("type", "rques"),
        parents={"dossier_medical_id": ("dossier_medical",)},
        where={"type": kind},
        optional=True,
    )


def _stay(kind: str) -> RowKind:
    return RowKind(
        "sejour",
        "sejour_id",
        _STAY,
        telling=("entree_prevue", "sortie_prevue", "libelle"),
        parents={"patient_id": ("patients",)},
        where={"type": kind, "annule": "0"},
        needed=("group_id", "praticien_id", "type", "entree_prevue", "sortie_prevue"),
        optional=True,
        wished={"facturable": "0"},
    )


def _history(kind: str) -> RowKind:
    return RowKind(
        "user_log",
        "user_log_id",
        ("user_id", "type", "date", "fields", "extra", "object_class"),
        telling=("object_class", "type"),
        parents={"object_id": tuple(CLASSES)},
        where={"type": kind},
        optional=True,
    )


KINDS: Mapping[str, RowKind] = {
    "patient": RowKind(
        "patients",
        "patient_id",
        (*_PATIENT, *MIRRORED),
        telling=tuple(name for name in _PATIENT if name not in ("civilite", "function_id")),
        needed=("nom", "prenom", "naissance", "sexe", "nom_soundex2", "prenom_soundex2"),
        avoided={
            "status": ("PROV", "DPOT", "ANOM", "CACH"),
            "vip": ("1",),
            "patient_link_id": ("0",),
        },
        wished={"allow_sms_notification": "0", "allow_sisra_send": "0"},
    ),
    "identity state": RowKind(
        "patient_state",
        "patient_state_id",
        ("mediuser_id", "state", "datetime"),
        telling=("state",),
        parents={"patient_id": ("patients",)},
        where={"state": "VALI"},
        optional=True,
    ),
    "ipp": _identifier("CPatient", "patients"),
    "record": RowKind(
        "dossier_medical",
        "dossier_medical_id",
        ("object_class", "codes_cim"),
        telling=("object_class",),
        parents={"object_id": ("patients",)},
        where={"object_class": "CPatient"},
        optional=True,
    ),
    "allergy": _note("alle"),
    "antecedent": _note("med"),
    "treatment": RowKind(
        "traitement",
        "traitement_id",
        ("debut", "fin", "traitement", "owner_id", "creation_date", "annule"),
        telling=("debut", "traitement"),
        parents={"dossier_medical_id": ("dossier_medical",)},
        optional=True,
    ),
    "session": RowKind(
        "plageconsult",
        "plageconsult_id",
        ("chir_id", "date", "debut", "fin", "freq"),
        telling=("chir_id", "date"),
        optional=True,
    ),
    **{f"stay {kind}": _stay(kind) for kind in ("comp", "ambu", "urg", "exte", "consult")},
    "consultation": RowKind(
        "consultation",
        "consultation_id",
        ("plageconsult_id", "sejour_id", "heure", "duree", "motif", "chrono", "annule", "arrivee"),
        telling=("motif", "heure"),
        parents={"patient_id": ("patients",)},
        where={"chrono": "64", "annule": "0"},
        needed=("plageconsult_id", "heure", "motif", "chrono"),
        optional=True,
        wished={"facture": "0", "valide": "0"},
    ),
    "nda": _identifier("CSejour", "sejour"),
    "prescription": RowKind(
        "prescription",
        "prescription_id",
        ("praticien_id", "object_class", "type"),
        telling=("object_class", "type"),
        parents={"object_id": ("sejour",)},
        where={"object_class": "CSejour"},
        optional=True,
    ),
    "prescription line": RowKind(
        "prescription_line_medicament",
        "prescription_line_medicament_id",
        ("code_cip", "code_ucd", "code_cis", "debut", "duree", "unite_duree", "praticien_id", "creator_id"),
        telling=("code_cip", "debut"),
        parents={"prescription_id": ("prescription",)},
        needed=("code_cip",),
        optional=True,
    ),
    "vitals": RowKind(
        "constantes_medicales",
        "constantes_medicales_id",
        (
            *("user_id", "creation_date", "datetime", "context_class", "context_id"),
            *("poids", "taille", "ta", "pouls", "spo2", "temperature"),
        ),
        telling=("datetime", "poids", "taille"),
        parents={"patient_id": ("patients",)},
        optional=True,
    ),
    "letter": RowKind(
        "compte_rendu",
        "compte_rendu_id",
        ("object_class", "author_id", "nom", "content_id", "creation_date", "doc_size", "annule"),
        telling=("object_class", "nom"),
        parents={"object_id": ("sejour", "consultation")},
        where={"annule": "0"},
        needed=("object_class", "content_id"),
        optional=True,
    ),
    "letter text": RowKind(
        "content_html",
        "content_id",
        ("content", "last_modified"),
        telling=("content",),
        needed=("content",),
        optional=True,
    ),
    "creation": _history("create"),
    "change": _history("store"),
}

IGNORED_LINKS = frozenset({"log_access_medical_object", "bris_de_glace", "rss_search_items", "search_indexing"})
"""Who looked at a patient, and what a search engine is to read: these do not keep a decoy from being withdrawn."""
