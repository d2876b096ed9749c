"""Readers: one file per kind of dump. To add one, write its file and add one line to a mapping below.

The first that recognises a source's first bytes reads it, so the order matters: what claims more comes later.
"""

from honeytokens.scanning.readers.binary_file import BinaryFile
from honeytokens.scanning.readers.bzip2_file import Bzip2File
from honeytokens.scanning.readers.delimited import Delimited
from honeytokens.scanning.readers.docx_file import DocxFile
from honeytokens.scanning.readers.foreign_file import ForeignFile
from honeytokens.scanning.readers.gzip_file import GzipFile
from honeytokens.scanning.readers.hl7_text import Hl7Text
from honeytokens.scanning.readers.html_text import HtmlText
from honeytokens.scanning.readers.interface import Container, Reader, Record, Source
from honeytokens.scanning.readers.json_text import JsonText
from honeytokens.scanning.readers.letter_text import LetterText
from honeytokens.scanning.readers.mail_file import MailFile
from honeytokens.scanning.readers.office_text import OfficeText
from honeytokens.scanning.readers.parquet_file import ParquetFile
from honeytokens.scanning.readers.pdf_file import PdfFile
from honeytokens.scanning.readers.pg_dump_file import PgDumpFile
from honeytokens.scanning.readers.picture_file import PictureFile
from honeytokens.scanning.readers.plain_text import PlainText
from honeytokens.scanning.readers.seven_zip_file import SevenZipFile
from honeytokens.scanning.readers.sql_dump import SqlDump
from honeytokens.scanning.readers.sqlite_file import SqliteFile
from honeytokens.scanning.readers.tar_file import TarFile
from honeytokens.scanning.readers.vcard_text import VcardText
from honeytokens.scanning.readers.xlsx_file import OldOffice, Workbook
from honeytokens.scanning.readers.xml_text import XmlText
from honeytokens.scanning.readers.xz_file import XzFile
from honeytokens.scanning.readers.zip_file import ZipFile
from honeytokens.scanning.readers.zstd_file import ZstdFile

CONTAINERS: dict[str, Container] = {
    "gzip": GzipFile(),
    "bzip2": Bzip2File(),
    "xz": XzFile(),
    "zstd": ZstdFile(),
    "tar": TarFile(),
    "7z": SevenZipFile(),
    "foreign": ForeignFile(),
    "docx": DocxFile(),
    "zip": ZipFile(),
    "mail": MailFile(),
    "pg_dump": PgDumpFile(),
}

READERS: dict[str, Reader] = {
    "office": OfficeText(),
    "html": HtmlText(),
    "xml": XmlText(),
    "pdf": PdfFile(),
    "picture": PictureFile(),
    "workbook": Workbook(),
    "old_office": OldOffice(),
    "parquet": ParquetFile(),
    "sqlite": SqliteFile(),
    "sql": SqlDump(),
    "json": JsonText(),
    "hl7": Hl7Text(),
    "vcard": VcardText(),
    "binary": BinaryFile(),
    "delimited": Delimited(),
    "letter": LetterText(),
    "text": PlainText(),
}

__all__ = ["CONTAINERS", "READERS", "Container", "Reader", "Record", "Source"]
