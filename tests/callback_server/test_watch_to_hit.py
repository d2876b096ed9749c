"""From a line of an audit log to a hit: the watch, the front and the worker as they run, each its own process."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from pathlib import Path

from callback_helpers import Site, wait_for
from pydantic import TypeAdapter

from honeytokens.model import ReadSighting

_READ = TypeAdapter(ReadSighting)
DECOY, PATIENT, BULK = "patient_id = 4711", "patient_id = 88123", "nom like 'DUR%'"


def test_a_read_of_a_decoy_is_a_hit_and_no_other_patients_key_is_kept(tmp_path: Path) -> None:
    site = Site.make(tmp_path / "site", [["patients\n4711", "autumn", 11, "Hôpital Nord"]])
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    log = tmp_path / "audit.log"
    log.write_text(
        "".join(
            f"20261123 13:07:44,vm,dr.roy,10.0.0.7,1,2,QUERY,his,'select nom from patients where {where}',0\n"
            for where in (DECOY.replace("'", "\\'"), PATIENT, BULK.replace("'", "\\'"))
        )
    )
    os.utime(log, (1, 1))
    with site.started(hook_port=0, hook_secret_files=json.dumps({"his": str(secret)})) as service:
        config = tmp_path / "watch.toml"
        config.write_text(
            f'data_dir = "{tmp_path}/watch"\nworker_key = "{site.data}/front/worker.pub"\n'
            f'hook_url = "http://127.0.0.1:{service.port("hook.http")}/hook/his"\nhook_secret_file = "{secret}"\n'
            f'start = "beginning"\n[tables.patients]\npatient_id = "patients"\n'
            f'[[source]]\nlog = "server_audit"\nfile = "{log}"\nzone = "Europe/Paris"\n'
        )
        watch = [sys.executable, "-m", "callback_server", "watch", "--config", str(config), "--once"]
        done = subprocess.run(watch, env=site.environment(), capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        bulk, hit = sorted(service.await_hits(2)["hits"], key=lambda each: str(each["reason"]))
        assert (bulk["reason"], bulk["campaign"], bulk["noise"]) == ("bulk_read", "bulk-read", None)
        assert (hit["decoy"], hit["establishment"], hit["channel"]) == ("autumn/11", "Hôpital Nord", "watch")
        assert hit["at"].startswith("2026-11-23T12:07:44")
        wait_for(lambda: not _spooled(site))
        told = site.call("reads").stdout.splitlines()
        assert [(read.account, read.table, read.keys) for read in map(_READ.validate_json, told)] == [
            ("dr.roy", "patients", ()),
            ("dr.roy", "patients", ("4711",)),
        ]
        stored = b"".join(path.read_bytes() for path in site.folder.rglob("*") if path.is_file())
        for clear in (b"88123", b"dr.roy", b"4711"):
            assert clear not in stored.replace(site.links.read_bytes(), b"")


def _spooled(site: Site) -> bool:
    with sqlite3.connect(site.data / "front" / "spool.sqlite3") as connection:
        return bool(connection.execute("select count(*) from sealed").fetchone()[0])
