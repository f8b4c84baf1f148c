"""A plan file → its reading: the one door for the command line and the import page."""

from __future__ import annotations

from tracker.plans.reading import read_text
from tracker.plans.shapes import Reading
from tracker.plans.sources import check_kind, text_of_bytes
from tracker.plans.word import text_of_word


def read_file(name: str, content: bytes) -> Reading:
    """Read a .docx, .txt or .md file. Raises PlanUnreadable with a sentence for everything else."""
    return read_text(original_text(name, content))


def original_text(name: str, content: bytes) -> str:
    """Return the text that a reading's spans count in."""
    check_kind(name, content)
    return text_of_word(content) if content.startswith(b"PK\x03\x04") else text_of_bytes(content)
