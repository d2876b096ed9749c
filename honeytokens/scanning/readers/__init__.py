"""Readers: one file per kind of dump. To add one, write its file and add one line to a mapping below.

The first that recognises a source's first bytes reads it, so the order matters: what claims more comes later.
"""

from honeytokens.scanning.readers.delimited import Delimited
from honeytokens.scanning.readers.gzip_file import GzipFile
from honeytokens.scanning.readers.interface import Container, Reader, Record, Source
from honeytokens.scanning.readers.json_text import JsonText
from honeytokens.scanning.readers.plain_text import PlainText
from honeytokens.scanning.readers.sql_dump import SqlDump
from honeytokens.scanning.readers.zip_file import ZipFile

CONTAINERS: dict[str, Container] = {
    "gzip": GzipFile(),
    "zip": ZipFile(),
}

READERS: dict[str, Reader] = {
    "sql": SqlDump(),
    "json": JsonText(),
    "delimited": Delimited(),
    "text": PlainText(),
}

__all__ = ["CONTAINERS", "READERS", "Container", "Reader", "Record", "Source"]
