"""HTML: saved pages, exports that call themselves ``.xls``, bodies of mails; whole or damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator

from honeytokens.scanning.readers.flow import Role, Vocabulary, flow_records
from honeytokens.scanning.readers.interface import Reader, Record, Source

_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*+(?=<(?:!DOCTYPE\s+html|html)\b))?(?:<!--.*?-->\s*)*+<(?:!DOCTYPE\s+html|(?:html|head|body|title"
    r"|meta|table|thead|tbody|tr|td|div|p|span|ul|ol|dl|h[1-6]|center|font|br|pre|form|style|script)(?![\w:.-]))",
    re.IGNORECASE | re.DOTALL,
)

# fmt: off
_INLINE = (
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr",
)
_SPACE = ("br", "button", "img", "input", "label", "optgroup", "option", "select", "textarea")
_LOOKS = frozenset({
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "charset", "class", "color", "cols", "colspan",
    "content", "dir", "face", "for", "height", "http-equiv", "id", "lang", "media", "method", "name", "nowrap",
    "rel", "role", "rows", "rowspan", "scope", "size", "style", "target", "type", "valign", "width", "xmlns",
})
# fmt: on

_VOCABULARY = Vocabulary(
    roles={
        **dict.fromkeys(_INLINE, Role.INLINE),
        **dict.fromkeys(_SPACE, Role.SPACE),
        **dict.fromkeys(("article", "section", "form", "hr"), Role.SECTION),
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Role.HEADING),
        **dict.fromkeys(("td", "th"), Role.CELL),
        "tr": Role.ROW,
        "table": Role.TABLE,
    },
    default=Role.BLOCK,
    spaced=None,
    is_text=lambda name: name not in _LOOKS,
    scripts=frozenset({"script", "style"}),
)


class HtmlText(Reader):
    """Yields table rows and blocks of text, each alone and short ones with their neighbours (:mod:`.passages`).

    Attributes are read too (fields of forms, links); scripts are text, line by line, each line a record.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the text begins with a tag of HTML."""
        return _START.match(source.sample.removeprefix("\ufeff")) is not None

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records in the order of the page."""
        return flow_records(source, _VOCABULARY)
