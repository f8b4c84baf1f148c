"""Marks of secrecy in Office files, looked for without opening them in Office's way."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from tracker.domain.errors import AttachmentRefused
from tracker.domain.secrecy import mark_in_lines, mark_in_name, refusal

#: What people read in a package; a mark stands at its head, so that more of a part is not looked at.
READ = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml|xl/(?:sharedStrings|worksheets/sheet\d+)\.xml")
MOST_PARTS, MOST_OF_PART = 20, 512 * 1024
#: Each mark has one of these; what has none is not looked at line by line.
_SIGNS = re.compile("[密★☆]")
_ENDS = re.compile(r"</(?:\w+:)?(?:p|si|c)>|<(?:\w+:)?br\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def refuse_secret_name(file_name: str) -> None:
    """Raise AttachmentRefused when a name carries a mark of secrecy."""
    if mark := mark_in_name(file_name):
        raise AttachmentRefused(refusal("文件名", mark))


def refuse_secret_text(text: str) -> None:
    """Raise AttachmentRefused when a text carries a mark of secrecy."""
    _refuse(text.splitlines())


def refuse_secret_package(content: bytes) -> None:
    """Raise AttachmentRefused when a Word or Excel file that was found sound carries a mark of secrecy."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if READ.fullmatch(name)]
        for name in names[:MOST_PARTS]:
            _refuse(_lines(package, name))


def _lines(package: zipfile.ZipFile, name: str) -> Iterator[str]:
    with package.open(name) as part:
        text = part.read(MOST_OF_PART).decode("utf-8", "replace")
    return (_TAG.sub("", line) for line in (_ENDS.split(text) if _SIGNS.search(text) else ()))


def _refuse(lines: list[str] | Iterator[str]) -> None:
    if mark := mark_in_lines(lines):
        raise AttachmentRefused(refusal("文件内容", mark))
