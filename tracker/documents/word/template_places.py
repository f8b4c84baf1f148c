"""Where in a template a placeholder stands, as its author would look for it. Runs in the child process only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.oxml.ns import qn

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
LONGEST_QUOTE = 40


@dataclass(frozen=True)
class Tag:
    """A placeholder or statement as it is written, and its place in words with the text round it."""

    text: str
    place: str

    @property
    def inner(self) -> str:
        """Return what stands between the braces, without docxtpl's letter for paragraph, row, cell or run."""
        return re.sub(r"^(?:tr|tc|p|r)(?=\s)", "", self.text[2:-2]).strip()

    @property
    def is_statement(self) -> bool:
        """Tell whether it is a {% … %}."""
        return self.text.startswith("{%")

    def names(self, name: str) -> bool:
        """Tell whether it names `name` as a whole word."""
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.inner) is not None


def find_tags(document: Any) -> list[Tag]:
    """Return every tag of the body, headers and footers of a python-docx document, in order."""
    return [tag for place, text in _paragraphs(document) for tag in _tags(place, text)]


def read_words(document: Any) -> str:
    """Return every word of the body, headers and footers."""
    return "".join(text for _, text in _paragraphs(document))


def _tags(place: str, text: str) -> Iterator[Tag]:
    for found in TAG.finditer(text):
        around = text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
        yield Tag(found[0], f"{place}“{around}”")


def _paragraphs(document: Any) -> Iterator[tuple[str, str]]:
    yield from _within(document.element.body.iterchildren(), "正文")
    for section in document.sections:
        parts = (
            ("页眉", section.header), ("页眉", section.first_page_header), ("页眉", section.even_page_header),
            ("页脚", section.footer), ("页脚", section.first_page_footer), ("页脚", section.even_page_footer),
        )  # fmt: skip
        for title, part in parts:
            if not part.is_linked_to_previous:
                yield from _within(part._element.iterchildren(), title)


def _within(elements: Iterable[Any], title: str) -> Iterator[tuple[str, str]]:
    paragraph = table = 0
    for element in elements:
        if element.tag == qn("w:p"):
            paragraph += 1
            yield f"{title}第{paragraph}段", _text(element)
        elif element.tag == qn("w:tbl"):
            table += 1
            for row, line in enumerate(element.iter(qn("w:tr")), start=1):
                for column, cell in enumerate(line.iter(qn("w:tc")), start=1):
                    for inner in cell.iter(qn("w:p")):
                        yield f"{title}第{table}个表格第{row}行第{column}格", _text(inner)
        else:
            for inner in element.iter(qn("w:p")):
                yield f"{title}（文本框或内容控件）", _text(inner)


def _text(paragraph: Any) -> str:
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t")))


def read(source: Any) -> Any:
    """Return the document of a template."""
    return Document(source)
