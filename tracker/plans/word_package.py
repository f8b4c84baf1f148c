"""A .docx opened with care: sizes are limited, macros and document type definitions refused."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.etree import ElementTree
from xml.parsers import expat

from tracker.plans.reading import PlanUnreadable

MOST_PARTS = 3000
MOST_XML = 12 * 1024**2
MAIN = "word/document.xml"
_BROKEN = "文件打不开，可能没有传完、已损坏或设了密码。请用 Word 或 WPS 打开，另存一份不加密的 .docx 再导入。"
_MACROS = "文件里带有宏或嵌入的程序，不读。请另存为不含宏的 .docx 再导入。"
_BOMB = "文件解压后过大，不读。请去掉图片和附件，只留方案文字，另存后再导入。"
_NOT_WORD = "这是压缩包或其他 Office 文件，不是 Word 文档。请导入 .docx、.txt 或 .md。"
_DECLARED = "文件里有外部实体或文档类型声明，正常的 Word 文件没有，不读。请用 Word 或 WPS 另存一份再导入。"
_ACTIVE = re.compile(r"vbaproject|vbadata|activex|/embeddings/.*\.(?:bin|exe|ole)$|\.(?:exe|dll|js|vbs|ps1|bat)$")


class WordPackage:
    """The parts of a .docx that hold text. Raises PlanUnreadable with a sentence for all that is not one."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as problem:
            raise PlanUnreadable(_BROKEN) from problem
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise PlanUnreadable(_BOMB)
        if any(part.flag_bits & 1 for part in parts):
            raise PlanUnreadable(_BROKEN)
        if any(_ACTIVE.search(part.filename.lower()) for part in parts):
            raise PlanUnreadable(_MACROS)
        self._names = {part.filename for part in parts}
        if MAIN not in self._names:
            raise PlanUnreadable(_NOT_WORD)
        if b"macroenabled" in (self.part("[Content_Types].xml") or b"").lower():
            raise PlanUnreadable(_MACROS)

    def part(self, name: str) -> bytes | None:
        """Return a part's bytes, None if there is none. What the package says of its size is not believed."""
        if name not in self._names:
            return None
        try:
            with self._zip.open(name) as stream:
                content = stream.read(MOST_XML + 1)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as problem:
            raise PlanUnreadable(_BROKEN) from problem
        if len(content) > MOST_XML:
            raise PlanUnreadable(_BOMB)
        return content

    def tree(self, name: str) -> ElementTree.Element | None:
        """Return a small part as a tree, None if there is none."""
        content = self.part(name)
        if content is None:
            return None
        parse(careful_parser(), content)
        return ElementTree.fromstring(content)


def careful_parser() -> expat.XMLParserType:
    """Return a parser that refuses any document type, so that no entity is ever declared or fetched."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise PlanUnreadable(_DECLARED)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, content: bytes) -> None:
    """Run the parser over the content; raises PlanUnreadable for broken XML."""
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as problem:
        raise PlanUnreadable(_BROKEN) from problem
