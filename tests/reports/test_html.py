from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from verdicts import HOSTILE, confirmed, every, unbounded

from honeytokens.model import ScanResult, Verdict
from honeytokens.reports import render
from honeytokens.reports.plain import printable

VOID = {"meta", "br", "line", "rect", "path"}
HARMLESS = {
    "html", "head", "title", "style", "body", "main", "header", "section", "div", "span", "p", "h1", "h2", "h3",
    "strong",
    "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "figure", "figcaption", "svg", "desc",
    "text", *VOID,
}  # fmt: skip


class Page(HTMLParser):
    """Collects tags, attributes and text, and holds every end against its start."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("verdict", "result"), every())
def test_pages_are_whole_and_need_nothing_from_elsewhere(verdict: Verdict, result: ScanResult) -> None:
    text = render("html", verdict, result)
    page = Page(text)
    assert text.lstrip().startswith("<!DOCTYPE html>")
    assert page.open == []
    assert set(page.tags) <= HARMLESS
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "href", "srcset", "action", "background"}
    assert not any(name.startswith("on") for name in names)
    assert "url(" not in text
    assert "@import" not in text


def test_hostile_file_names_stay_text() -> None:
    page = Page(render("html", *confirmed()))
    for name in HOSTILE:
        assert printable(name) in page.text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_readers_of_screens_find_their_way(language: str) -> None:
    text = render("html", *confirmed(language))
    page = Page(text)
    assert ("lang", language) in page.attributes
    headings = [tag for tag in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == "h1"
    assert set(headings[1:]) == {"h2", "h3"}
    assert page.tags.count("table") == page.tags.count("caption")
    assert page.tags.count("desc") == 1
    assert page.tags.count("svg") == [value for name, value in page.attributes if name == "role"].count("img")
    assert {"th"} <= set(page.tags)
    assert text.count('scope="row"') >= 3
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    labelled = next(value for name, value in page.attributes if name == "aria-labelledby")
    assert set((labelled or "").split()) <= set(ids)


def test_the_sentence_comes_first() -> None:
    verdict, result = confirmed()
    text = Page(render("html", verdict, result)).text
    assert text.index(verdict.sentence) < text.index("Planted decoys recognised")


def test_a_window_without_bounds_has_no_drawing() -> None:
    assert "<figure" not in render("html", *unbounded())


def test_only_the_strongest_of_many_are_shown() -> None:
    verdict, result = confirmed()
    many = ScanResult(result.hits * 100, (), (), 30.0, result.stats)
    text = render("html", verdict, many)
    assert text.count('<th scope="row">north/2026/') == 200
    assert "Not shown: 400 more" in text
