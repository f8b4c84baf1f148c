"""Sheets and scripts leave packed, for lines that are slow. Pages do not: a page holds a token beside what was typed, and
packing the two together would let a listener guess the token by lengths (BREACH)."""

from __future__ import annotations

import gzip

from flask import Flask, request
from werkzeug.wrappers import Response

from tracker.web.auth import FILE_ENDPOINTS

PACKED_KINDS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
#: Below this the head of a packed file costs more than it saves.
LEAST_BYTES = 500


def install(app: Flask) -> None:
    """Pack static files on their way out; each is packed once for a process."""
    packed: dict[tuple[str, str], bytes] = {}

    @app.after_request
    def pack(response: Response) -> Response:
        if request.endpoint not in FILE_ENDPOINTS or response.mimetype not in PACKED_KINDS:
            return response
        response.vary.add("Accept-Encoding")
        etag, _ = response.get_etag()
        wanted = request.method == "GET" and request.accept_encodings.quality("gzip") > 0
        if not wanted or etag is None or response.status_code != 200 or (response.content_length or 0) < LEAST_BYTES:
            return response
        response.direct_passthrough = False
        key = request.path, etag
        if key not in packed:
            packed[key] = gzip.compress(response.get_data(), compresslevel=9, mtime=0)
        if close := getattr(response.response, "close", None):
            close()  # the file that is not read after all
        response.set_data(packed[key])
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(etag, weak=True)
        return response
