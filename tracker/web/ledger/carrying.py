"""What a preview of a read-back hands to its confirmation: signed, so that what is written is what the file held."""

from __future__ import annotations

from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

from tracker.domain.errors import StaleVersion
from tracker.domain.ledger_reading import ReadRow

CHANGED_ON_THE_WAY = "确认的内容与预览的不一致，没有改动任何内容。请重新选择文件，再看一遍变更。"


class Carrier:
    """Signs for one person. The record names the file by its hash, so neither a row nor the hash may change on the way."""

    def __init__(self, secret: str | bytes, person_id: int) -> None:
        self._signer = URLSafeSerializer(secret, salt=f"ledger-read-back:{person_id}")

    def carry(self, rows: Sequence[ReadRow], sha256: str) -> str:
        """Return rows and hash as one line for a hidden field; compressed, well below what a form may hold."""
        return str(self._signer.dumps([sha256, [[r.number, r.ref, r.version, dict(r.values)] for r in rows]]))

    def take_back(self, text: str) -> tuple[list[ReadRow], str]:
        """Return what was carried; raises StaleVersion for anything else."""
        try:
            sha256, rows = self._signer.loads(text)
        except BadData as changed:
            raise StaleVersion(CHANGED_ON_THE_WAY) from changed
        return [ReadRow(number, ref, version, values) for number, ref, version, values in rows], sha256
