"""Every page, in both languages and lights, for every role, as a person's browser shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callback_server.admin.guard import May
from callback_server.console import shell
from callback_server.console.words import LANGUAGES

from .conftest import Shown, Visitor, at

SignIn = Callable[..., Visitor]


def every_page(shown: Shown, *, managing: bool = True) -> list[str]:
    """Return every page, or those of people who manage nothing."""
    places = [where for _, where, right in shell.NAVIGATION if managing or right is not May.MANAGE]
    return [*places, f"/incidents/{shown.console.incident}"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("light", ["light", "dark"])
def test_no_page_has_a_serious_fault(visit: SignIn, shown: Shown, axe: str, language: str, light: str) -> None:
    somebody = visit(locale={"en": "en-GB", "fr": "fr-FR"}[language], color_scheme=light)
    for path in every_page(shown):
        with at(somebody, path) as page:
            assert page.locator("html").get_attribute("lang") == language
            found: list[dict[str, Any]] = page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations }}")
        grave = [each for each in found if each["impact"] in ("serious", "critical")]
        assert grave == [], json.dumps([(path, each["id"], each["nodes"][0]["html"]) for each in grave], indent=1)


def test_the_incident_answers_without_scrolling(visit: SignIn, shown: Shown) -> None:
    somebody = visit()
    with at(somebody, f"/incidents/{shown.console.incident}") as page:
        for question in ("real", "sites", "when", "amount", "until", "steps", "through"):
            box = page.locator(f"#{question}").bounding_box()
            assert box is not None
            assert box["y"] + box["height"] < 900, question
        assert page.locator(".sentence").inner_text().startswith("Confirmed")
        included = page.locator("li.included strong").all_inner_texts()
        assert sorted(included) == sorted(shown.stolen)
        assert "h left" in page.locator(".clocks").inner_text()
        assert page.locator(".chart rect.theft").count() == 1
        assert "Not judged" in page.locator("#claims + .scroll").inner_text()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_is_wider_than_the_screen(visit: SignIn, shown: Shown, width: int) -> None:
    somebody = visit(viewport={"width": width, "height": 844})
    for path in every_page(shown):
        with at(somebody, path) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_reader_sees_no_decoy_and_decides_nothing(visit: SignIn, shown: Shown) -> None:
    somebody = visit("reader")
    for path in ("/people", "/trail"):
        assert somebody.context.request.get(somebody.base + path).status == 403
    incident = f"/incidents/{shown.console.incident}"
    for path in every_page(shown, managing=False):
        with at(somebody, path) as page:
            assert not any(f"{site}-1/" in page.content() for site in shown.sites), path
    with at(somebody, incident) as page:
        assert page.locator("#decide").count() == 0
        assert page.locator(".exports").count() == 0
    for path in (f"{incident}/export/html",):
        assert somebody.context.request.get(somebody.base + path).status == 403
    assert somebody.context.request.post(somebody.base + incident, form={"act": "closed"}).status == 403


def test_one_establishment_sees_itself_alone(visit: SignIn, shown: Shown) -> None:
    somebody = visit("local")
    own, others = shown.stolen[0], [site for site in shown.sites if site != shown.stolen[0]]
    for path in every_page(shown, managing=False):
        with at(somebody, path) as page:
            for other in others:
                assert other not in page.content(), (path, other)
    with at(somebody, f"/incidents/{shown.console.incident}") as page:
        assert page.locator(".sites strong").all_inner_texts() == [own]
        assert "not shown to you" in page.locator(".sentence").inner_text()
    answer = somebody.context.request.get(f"{somebody.base}/incidents/{shown.console.incident}/export/html")
    assert answer.status == 403


def test_every_report_of_the_incident_can_be_taken_away(visit: SignIn, shown: Shown) -> None:
    somebody = visit()
    with at(somebody, f"/incidents/{shown.console.incident}") as page:
        links = page.locator(".exports a")
        assert links.count() == 8
        addresses = [links.nth(n).get_attribute("href") for n in range(links.count())]
    for address in addresses:
        answer = somebody.context.request.get(f"{somebody.base}{address}")
        assert answer.status == 200, address
        assert "attachment" in answer.headers["content-disposition"]
        assert len(answer.body()) > 300, address


def test_deciding_by_keyboard_alone(visit: SignIn, shown: Shown) -> None:
    somebody = visit()
    page = somebody.go(f"/incidents/{shown.console.incident}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.locator("#text").focus()
    page.keyboard.type("told the director")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=told the director")
    assert "admin-token" in page.locator(".timeline").inner_text()


def test_screenshots_for_the_documentation(visit: SignIn, shown: Shown, pytestconfig: pytest.Config) -> None:
    folder = pytestconfig.getoption("screenshots")
    if folder is None:
        pytest.skip("no --screenshots FOLDER was given: the pictures of docs/console.md stay as they are")
    incident = f"/incidents/{shown.console.incident}"
    looks: list[tuple[str, str, dict[str, object]]] = [
        ("now", "/", {}),
        ("incident", incident, {}),
        ("incident-dark-fr", incident, {"color_scheme": "dark", "locale": "fr-FR"}),
        ("incident-phone", incident, {"viewport": {"width": 390, "height": 844}}),
        ("hits", "/hits", {}),
        ("decoys", "/decoys", {}),
        ("trail", "/trail", {}),
    ]
    for name, path, like in looks:
        visit(**like).go(path).screenshot(path=Path(str(folder)) / f"console-{name}.png")
