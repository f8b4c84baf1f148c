"""LibreOffice as a printer: a file becomes a PDF, and the words of its pages with their places in millimetres."""

from __future__ import annotations

import atexit
import html
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MM = 25.4 / 72
#: The fonts of the standard are licensed and absent here; one from apt stands in, named, so that every run looks alike.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{aliases}</fontconfig>"""
STAND_INS = {
    "仿宋_GB2312": "Noto Serif CJK SC", "方正小标宋简体": "Noto Serif CJK SC", "楷体_GB2312": "Noto Serif CJK SC",
    "宋体": "Noto Serif CJK SC", "黑体": "Noto Sans CJK SC", "Times New Roman": "Noto Serif CJK SC",
}  # fmt: skip
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


@dataclass(frozen=True)
class Word:
    """Letters without a gap, and where they stand on the page, in mm from its upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Sheet:
    """One printed page."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Return all letters of the page, without gaps."""
        return "".join(word.text for word in self.words)

    def lines(self) -> list[list[Word]]:
        """Return the words by line, from top to bottom."""
        lines: list[list[Word]] = []
        for word in sorted(self.words, key=lambda one: (one.middle, one.left)):
            if lines and abs(lines[-1][0].middle - word.middle) < 1.5:
                lines[-1].append(word)
            else:
                lines.append([word])
        return lines

    def line(self, beginning: str) -> list[Word]:
        """Return the words of the first line whose letters contain `beginning`."""
        for line in self.lines():
            if beginning in "".join(word.text for word in sorted(line, key=lambda one: one.left)):
                return line
        raise AssertionError(f"no line with {beginning!r} on this page: {self.text[:200]}")


def missing_tools() -> str:
    """Return a sentence when this machine cannot render; empty when it can."""
    wanted = [name for name in ("soffice", "pdftotext", "pdftoppm", "fc-list") if shutil.which(name) is None]
    if wanted:
        return (
            f"{', '.join(wanted)} is not installed (apt: libreoffice-writer libreoffice-calc poppler-utils fontconfig)"
        )
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=True).stdout
    return "" if "Noto Serif CJK" in found else "the font Noto Serif CJK is not installed (apt: fonts-noto-cjk)"


@cache
def profile() -> Path:
    """Return where LibreOffice keeps its settings in this process, with the fonts to use; several processes may print."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    aliases = "".join(
        f'<alias binding="same"><family>{family}</family><prefer><family>{stand_in}</family></prefer></alias>'
        for family, stand_in in STAND_INS.items()
    )
    (folder / "fonts.conf").write_text(FONTS.format(aliases=aliases), encoding="utf-8")
    return folder


def printed(content: bytes, folder: Path, *, name: str = "paper.docx") -> Path:
    """Return the PDF that LibreOffice makes of a file."""
    folder.mkdir(parents=True, exist_ok=True)
    source, home = folder / name, profile()
    source.write_bytes(content)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True, capture_output=True, timeout=120, env={**os.environ, "FONTCONFIG_FILE": str(home / "fonts.conf"), "HOME": str(home)},
    )  # fmt: skip
    return source.with_suffix(".pdf")


def sheets_of(pdf: Path) -> list[Sheet]:
    """Return the pages of a PDF with their words."""
    shown = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    return [
        Sheet(
            tuple(
                Word(html.unescape(text), *(float(number) * MM for number in (left, top, right, bottom)))
                for left, top, right, bottom, text in WORD.findall(page)
            )
        )
        for page in shown.split("<page ")[1:]
    ]


def picture_of(pdf: Path, *, page: int = 1, dots: int = 60) -> Path:
    """Return a PNG of one page."""
    stem = pdf.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-r", str(dots), "-f", str(page), "-l", str(page), "-png", "-singlefile", str(pdf), str(stem)],
        check=True, capture_output=True,
    )  # fmt: skip
    return stem.with_suffix(".png")
