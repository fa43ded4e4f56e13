"""What the rules for lessons ask of Markdown: its prose, headings, links and images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")
# The rules judge every link; by itself the parser takes file: and the like for plain text.
_PARSER.validateLink = lambda url: True
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$\w])\$(?!\s)[^$\n]+?(?<![\s\\])\$(?!\d)", re.DOTALL)
_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|‘[^’]*’|\"[^\"\n]*\"")


class _Tags(HTMLParser):
    """Collects the opening tags of a piece of HTML as ``(name, attributes)``."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def html_tags(html: str) -> list[tuple[str, dict[str, str]]]:
    """Return the opening tags in `html`, in order, as ``(name, attributes)``."""
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.tags


def without_formulas(markdown: str) -> str:
    """Return `markdown` with each formula, ``$…$`` or ``$$…$$``, replaced by a blank; code stays as it is."""
    parts, end = [], 0
    for code in _CODE.finditer(markdown):
        parts += [_FORMULA.sub(" ", markdown[end : code.start()]), code.group()]
        end = code.end()
    return "".join([*parts, _FORMULA.sub(" ", markdown[end:])])


def _tokens(markdown: str) -> Iterator[tuple[Token, set[str]]]:
    """Yield each token with the names of the blocks and spans that it stands in (``table``, ``em`` …)."""
    inside: list[str] = []
    for block in _PARSER.parse(markdown):
        for token in (block, *(block.children or ())):
            if token.nesting > 0:
                inside.append(token.type.removesuffix("_open"))
            yield token, set(inside)
            if token.nesting < 0:
                inside.pop()


def prose(markdown: str, quotations: bool = True) -> str:
    """Return the running text of `markdown`: no code, formulas, tables and HTML tags.

    Parameters
    ----------
    markdown : str
        The source of one cell.
    quotations : bool, default True
        If False, leave out what may be somebody else's words: block quotes, italics, quotation marks.
    """
    unwanted = {"table"} if quotations else {"table", "blockquote", "em"}
    parts = []
    for token, inside in _tokens(without_formulas(markdown)):
        if inside & unwanted:
            continue
        if token.type == "text":
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak", "paragraph_close", "heading_close"}:
            parts.append("\n")
    text = "".join(parts)
    return text if quotations else _QUOTED.sub(" ", text)


def words(markdown: str) -> int:
    """Return how many words of prose `markdown` has."""
    return len(re.findall(r"\w+(?:[-'’]\w+)*", prose(markdown)))


def headings(markdown: str) -> list[str]:
    """Return the text of each heading, without its marks."""
    return [
        "".join(part.content for part in token.children or () if part.type in {"text", "code_inline"})
        for token, inside in _tokens(markdown)
        if token.type == "inline" and "heading" in inside
    ]


def links(markdown: str) -> list[str]:
    """Return the target of every link and image, those written in HTML included."""
    targets: list[str] = []
    for token, _ in _tokens(without_formulas(markdown)):
        if token.type in {"link_open", "image"}:
            targets.append(str(token.attrGet("href" if token.type == "link_open" else "src") or ""))
        elif token.type in {"html_block", "html_inline"}:
            for _name, attributes in html_tags(token.content):
                targets += [attributes[key] for key in ("href", "src") if key in attributes]
    return targets


def images_without_alt(markdown: str) -> list[str]:
    """Return the address of each image, in Markdown or HTML, whose alternative text is missing or empty."""
    found = []
    for token, _ in _tokens(markdown):
        if token.type == "image" and not token.content.strip():
            found.append(str(token.attrGet("src")))
        elif token.type in {"html_block", "html_inline"}:
            found += html_images_without_alt(token.content)
    return found


def html_images_without_alt(html: str) -> list[str]:
    """Return the beginning of the address of each ``img`` in `html` without a text in its ``alt``."""
    return [
        attributes.get("src", "")[:40]
        for name, attributes in html_tags(html)
        if name == "img" and not attributes.get("alt", "").strip()
    ]
