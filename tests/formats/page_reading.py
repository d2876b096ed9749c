"""Reading the page of patients back, by the standard library's own parser."""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.patients: list[dict[str, str | None]] = []
        self.loaded: list[str] = []
        self._into = ""
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "action")]
        if tag == "script":
            self.loaded.append(tag)
        if tag == "article":
            self.patients.append({"phone": None})
        self._into = {"span": "surname", "dt": "label", "dd": "value", "p": "line"}.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        self._into = ""

    def handle_data(self, data: str) -> None:
        if not self.patients or not self._into:
            return
        patient = self.patients[-1]
        if self._into == "label":
            self._label = data
        elif self._into == "value":
            patient[{"Téléphone": "phone"}.get(self._label, self._label)] = data
        elif self._into == "line":
            if "birth_date" not in patient:
                born = data.split(" · ")[1].rpartition(" ")[2]
                patient["birth_date"] = datetime.strptime(born, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007
        else:
            patient["surname"] = data


def page(content: bytes) -> list[dict[str, str | None]]:
    """Return the patients of a page; it must load nothing."""
    parsed = _Page()
    parsed.feed(content.decode())
    assert parsed.loaded == []
    return parsed.patients
