"""Marks of secrecy: what carries one stays off this net (DOMAIN.md §6). Pure.

A name that has one of the words is refused. In what a file says the words alone mean nothing (保守国家秘密); there a mark is
the word with its star, as GB/T 9704 writes 密级和保密期限, or the word alone on a line at the head of the document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

BANNER = "本系统为非涉密系统，严禁录入、上传涉密信息"
IN_NAMES = ("绝密", "机密", "秘密", "内部★")
#: So many lines from the top may hold 份号, 密级 and 紧急程度.
HEAD_LINES = 12
_STARRED = re.compile("(?:绝密|机密|秘密|内部)[★☆]")
_ALONE = re.compile("(?:密级:?)?(?:绝密|机密|秘密)(?:[0-9]+(?:年|个月|天))?")


def mark_in_name(name: str) -> str:
    """Return the mark of secrecy in a file's name; empty when there is none."""
    seen = _bare(name)
    return next((mark for mark in IN_NAMES if mark in seen), "")


def mark_in_lines(lines: Iterable[str]) -> str:
    """Return the first mark of secrecy in what a document says, as it stands there; empty when there is none."""
    head = 0
    for line in lines:
        seen = _bare(line)
        if (found := _STARRED.search(seen)) is not None:
            return found[0]
        if seen and head < HEAD_LINES:
            head += 1
            if _ALONE.fullmatch(seen):
                return seen
    return ""


def refusal(where: str, mark: str) -> str:
    """Return the sentence with which such a file is refused; `where` = 文件名 or 文件内容."""
    return f"{where}中有密级标志“{mark}”。{BANNER}；如果文件不涉密，请去掉这个标志后再上传。"


def _bare(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
