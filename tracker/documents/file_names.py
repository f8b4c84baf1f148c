"""File names: what stays of them."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
# Separators and signs that file systems or headers trip over.
UNSAFE = re.compile(r'[<>:"|?*%;\x00-\x1f\x7f]')


def extension_of(file_name: str) -> str:
    """Return the last extension in lower case without its dot; empty when there is none."""
    _, dot, extension = file_name.strip().rpartition(".")
    return unicodedata.normalize("NFKC", extension).strip().lower() if dot else ""


def safe_name(file_name: str, extension: str) -> str:
    """Return a name that is safe in a header and on a disk, with the extension of what the file truly is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", file_name))[-1]
    stem, dot, _ = last.rpartition(".")
    stem = stem if dot else last
    # Direction marks can make "gpj.exe" read as "exe.jpg"; they and other invisible signs go.
    stem = "".join(sign for sign in stem if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    stem = " ".join(UNSAFE.sub("_", stem).split()).strip(" ._")
    return f"{stem[:LONGEST] or '附件'}.{extension}"
