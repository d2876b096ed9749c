"""A database that is reached through TLS alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from private_mariadb import Mariadb
from private_server import DatabaseServer, NotAvailableError
from self_signed import self_signed

from honeytokens.errors import SystemUnreachableError
from honeytokens.systems import connect

pytestmark = pytest.mark.mariadb
MAPPING = """
version = 1
[patient]
table = "patients"
key = "id"
[patient.columns]
nom = "surname"
prenom = "first_name"
naissance = "birth_date"
"""


class TlsMariadb(Mariadb):
    """A private MariaDB with a certificate of its own, which every client must ask for."""

    variable = "HONEYTOKENS_TEST_TLS_MARIADB_URL"
    certificate: ClassVar[Path]

    @classmethod
    def _prepare(cls, folder: Path, port: int, password: str, account: str | None) -> list[str]:
        command = super()._prepare(folder, port, password, account)
        cls.certificate = folder / "server.pem"
        secret = folder / "server.key"
        written, key = self_signed()
        cls.certificate.write_bytes(written)
        secret.write_bytes(key)
        for path in (cls.certificate, secret):
            path.chmod(0o644)  # in a folder that no other account may enter
        return [*command, f"--ssl-cert={cls.certificate}", f"--ssl-key={secret}", "--require-secure-transport=ON"]

    @classmethod
    def _url(cls, port: int, password: str) -> sa.URL:
        return super()._url(port, password).update_query_dict({"ssl_ca": str(cls.certificate)})


@pytest.fixture(scope="module")
def server() -> Iterator[DatabaseServer]:
    try:
        with TlsMariadb.running() as running:
            yield running
    except NotAvailableError as missing:
        pytest.skip(f"NOT TESTED with TLS: {missing}")


def test_the_database_is_reached_by_its_own_certificate_alone(server: DatabaseServer, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(self_signed()[0])
    with server.database() as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            assert connection.exec_driver_sql("SHOW STATUS LIKE 'Ssl_cipher'").one()[1]
            connection.exec_driver_sql(
                "CREATE TABLE patients (id INT AUTO_INCREMENT PRIMARY KEY, nom VARCHAR(40), prenom VARCHAR(40),"
                " naissance DATE)"
            )
        engine.dispose()
        with connect(url, None, MAPPING) as adapter:
            adapter.check()
            assert adapter.patient_count() == 0
        forged = sa.make_url(url).update_query_dict({"ssl_ca": str(stranger)}).render_as_string(hide_password=False)
        with pytest.raises(SystemUnreachableError), connect(forged, None, MAPPING):
            pass
