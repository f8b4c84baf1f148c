"""A plan file → its reading: the one door for the command line and the import page."""

from __future__ import annotations

from tracker.domain.secrecy import mark_in_lines, mark_in_name, refusal
from tracker.plans.reading import PlanUnreadable, read_text
from tracker.plans.shapes import Reading
from tracker.plans.sources import check_kind, text_of_bytes
from tracker.plans.word import text_of_word


def read_file(name: str, content: bytes) -> Reading:
    """Read a .docx, .txt or .md file. Raises PlanUnreadable with a sentence for everything else."""
    return read_text(original_text(name, content))


def original_text(name: str, content: bytes) -> str:
    """Return the text that a reading's spans count in. Raises PlanUnreadable, for a mark of secrecy too."""
    _refuse_secret("文件名", mark_in_name(name))
    check_kind(name, content)
    text = text_of_word(content) if content.startswith(b"PK\x03\x04") else text_of_bytes(content)
    _refuse_secret("方案", mark_in_lines(text.split("\n")))
    return text


def _refuse_secret(where: str, mark: str) -> None:
    if mark:
        raise PlanUnreadable(refusal(where, mark))
