"""Systems that are known by the tables that only they have, and where each keeps its version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from honeytokens.errors import HoneytokensError
from honeytokens.systems.inspecting.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Known:
    """A system: its name, tables that together only it has, and statements of which the first answer is its version."""

    name: str
    tables: Sequence[str]
    versions: Sequence[str] = ()


SYSTEMS: Mapping[str, Known] = {
    "mediboard": Known(
        "Mediboard",
        ("patients", "sejour", "plageconsult", "id_sante400", "user_log"),
        ("SELECT mod_version FROM modules WHERE mod_name = 'dPpatients'",),
    ),
    "openemr": Known(
        "OpenEMR",
        ("patient_data", "form_encounter", "forms", "sequences", "lists"),
        ("SELECT concat(v_major, '.', v_minor, '.', v_patch) FROM version",),
    ),
    "openmrs": Known(
        "OpenMRS",
        ("person", "person_name", "patient_identifier", "encounter", "obs", "concept"),
        (
            "SELECT property_value FROM global_property WHERE property = 'core.version'",
            "SELECT id FROM liquibasechangelog ORDER BY dateexecuted DESC, orderexecuted DESC LIMIT 1",
        ),
    ),
    "gnu_health": Known("GNU Health", ("gnuhealth_patient", "party_party", "ir_module")),
    "care2x": Known("Care2x", ("care_person", "care_encounter", "care_config_global")),
    "open_hospital": Known(
        "Open Hospital",
        ("OH_PATIENT", "OH_ADMISSION", "OH_OPD"),
        ("SELECT concat(VER_MAJOR, '.', VER_MINOR, '.', VER_RELEASE) FROM OH_VERSION ORDER BY VER_ID DESC",),
    ),
    "freemed": Known("FreeMED", ("patient", "procrec", "payrec", "physician")),
    "medshake": Known(
        "MedShakeEHR",
        ("objets_data", "data_types", "people", "actes_base"),
        ("SELECT value FROM `system` WHERE name = 'base' AND groupe = 'module'",),
    ),
    "oscar": Known("OSCAR EMR", ("demographic", "casemgmt_note", "appointment", "provider")),
    "medintux": Known("MedinTux", ("IndexNomPrenom", "fchpat", "RubriquesHead", "RubriquesBlobs")),
    "openclinic_ga": Known("OpenClinic GA", ("Admin", "PrivateView", "OC_ENCOUNTERS")),
    "gnumed": Known("GNUmed", ("identity", "names", "encounter", "episode")),
    "dolibarr": Known(
        "Dolibarr",
        ("llx_societe", "llx_socpeople", "llx_const"),
        ("SELECT value FROM llx_const WHERE name = 'MAIN_VERSION_LAST_INSTALL'",),
    ),
    "glpi": Known(
        "GLPI",
        ("glpi_users", "glpi_tickets", "glpi_configs"),
        ("SELECT value FROM glpi_configs WHERE name = 'version'",),
    ),
    "odoo": Known(
        "Odoo",
        ("res_partner", "ir_module_module", "ir_model"),
        ("SELECT latest_version FROM ir_module_module WHERE name = 'base'",),
    ),
}


def recognise(catalogue: Catalogue) -> tuple[str, str, str | None] | None:
    """Return the key, the name and the version of the known system that this is; ``None`` for any other."""
    present = {name.casefold() for name in catalogue.tables}
    for key, known in SYSTEMS.items():
        if all(name.casefold() in present for name in known.tables):
            return key, known.name, _version(catalogue, known)
    return None


def _version(catalogue: Catalogue, known: Known) -> str | None:
    for statement in known.versions:
        try:
            with catalogue.server.reading() as connection:
                found = connection.execute(sa.text(statement)).first()
        except HoneytokensError:  # an older or newer version keeps it elsewhere
            continue
        if found is not None and found[0] is not None:
            return str(found[0])
    return None
