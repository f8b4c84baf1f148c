"""Files as answers."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response


def handed_over(content: bytes | Iterator[bytes], name: str, media_type: str) -> Response:
    """Return a file to be saved under `name`, and kept by no cache."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
