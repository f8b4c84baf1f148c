"""How the tests write plans: a text, read; and .docx files put together by hand."""

from __future__ import annotations

import io
import zipfile

from tracker.plans.reading import read_text
from tracker.plans.shapes import Measure

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def measures(body: str, title: str = "柳湾镇2025年隐患整治工作方案") -> tuple[Measure, ...]:
    """Return the measures of a plan with this title and body."""
    return read_text(f"{title}\n{body}").measures


def paragraph(text: str, properties: str = "") -> str:
    """Return a Word paragraph."""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def numbered(text: str, level: int, number: int = 1) -> str:
    """Return a paragraph that Word itself numbers."""
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def table(*rows: tuple[str, ...]) -> str:
    """Return a Word table; "^" is a cell merged with the one above."""
    cells = "".join(
        "<w:tr>"
        + "".join(
            f"<w:tc><w:tcPr><w:vMerge{'' if text == '^' else ' w:val=' + chr(34) + 'restart' + chr(34)}/></w:tcPr>"
            f"{paragraph('' if text == '^' else text)}</w:tc>"
            for text in row
        )
        + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


def word(*blocks: str, numbering: str = "", styles: str = "", **parts: bytes) -> bytes:
    """Return a .docx. `parts` are further parts, with __ for / and _dot_ for . in their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("word/document.xml", f"<w:document {_W}><w:body>{''.join(blocks)}</w:body></w:document>")
        if numbering:
            package.writestr("word/numbering.xml", f"<w:numbering {_W}>{numbering}</w:numbering>")
        if styles:
            package.writestr("word/styles.xml", f"<w:styles {_W}>{styles}</w:styles>")
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


CHINESE_LIST = (
    '<w:abstractNum w:abstractNumId="7">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>'
    "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
)
