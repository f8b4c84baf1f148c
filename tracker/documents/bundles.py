"""The BundleWriter: evidence as one .zip, with the hashes of all that is in it and the program that checks them."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, Any

from tracker.documents import evidence_verifier
from tracker.documents.file_names import safe_name
from tracker.domain.evidence import as_json
from tracker.domain.ports import BundlePart

LONG_AGO = (1980, 1, 1, 0, 0, 0)
#: Up to here a bundle stays in memory.
IN_MEMORY = 8 * 1024 * 1024
VERIFIER = "verify.py"


class ZipBundleWriter:
    """Writes .zip. The same parts give the same bytes."""

    def bundle(self, parts: Iterable[BundlePart], manifest: Mapping[str, Any]) -> IO[bytes]:
        """Return the bundle, open at its beginning; to be closed by the caller."""

        def fill(package: zipfile.ZipFile) -> None:
            files = [_write(package, part) for part in chain(_verifier(), parts)]
            listed = {"format": evidence_verifier.FORMAT, **manifest, "files": sorted(files, key=lambda f: f["path"])}
            _write(package, BundlePart(evidence_verifier.MANIFEST, [as_json(listed).encode()]))

        return _written(fill)

    def package(self, parts: Iterable[BundlePart]) -> IO[bytes]:
        """Return the parts alone, open at the beginning; to be closed by the caller."""

        def fill(package: zipfile.ZipFile) -> None:
            for part in parts:
                name, _, ending = part.path.rpartition(".")
                _write(package, replace(part, path=safe_name(f"{name}.{ending}", ending)))

        return _written(fill)


def _written(fill: Callable[[zipfile.ZipFile], None]) -> IO[bytes]:
    out = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (the caller closes it)
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            fill(package)
        out.seek(0)
    except BaseException:
        out.close()
        raise
    return out


def _verifier() -> Iterable[BundlePart]:
    source = Path(evidence_verifier.__file__).read_bytes()
    return [BundlePart(VERIFIER, [source])]


def _write(package: zipfile.ZipFile, part: BundlePart) -> dict[str, Any]:
    entry = zipfile.ZipInfo(part.path, date_time=LONG_AGO)
    entry.compress_type = zipfile.ZIP_STORED if part.packed else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with package.open(entry, "w", force_zip64=False) as file:
        for piece in part.content:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"path": part.path, "size": size, "sha256": digest.hexdigest()}
