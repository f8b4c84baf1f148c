"""Bundles of evidence in tests: taken, checked by the program that lies in them, and tampered with."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.world import World

Files = dict[str, bytes]


def take(world: World, ref: str, who: str = "sup1") -> Files:
    """Take the evidence of a paper and return its files."""
    taken = world.container.evidence.take(world.viewer(who), notice_ref=ref)
    assert not isinstance(taken, str), "it is written in the background"
    with taken as file:
        return files_of(file.read())


def files_of(content: bytes) -> Files:
    """Return the files of a bundle in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def check(files: Files, folder: Path) -> tuple[int, str]:
    """Let the program in the bundle check it, apart from everything else; return exit code and words."""
    program, bundle = folder / "verify.py", folder / "bundle.zip"
    program.write_bytes(files.get("verify.py", b""))
    with zipfile.ZipFile(bundle, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return run_program(program, str(bundle))


def run_program(program: Path, *arguments: str) -> tuple[int, str]:
    """Run a verifier with nothing but the standard library."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(program), *arguments], capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def data(files: Files, name: str) -> Any:
    """Return one JSON file as values."""
    return json.loads(files[name])


def rewritten(files: Files, name: str, change: Callable[[Any], None]) -> Files:
    """Return the bundle with one JSON file changed, and the list of hashes made to agree, as a forger would."""
    values = data(files, name)
    change(values)
    return relisted({**files, name: json.dumps(values, ensure_ascii=False).encode()}, name)


def relisted(files: Files, *names: str) -> Files:
    """Return the bundle with a list whose hashes agree with what now lies in it."""
    manifest = data(files, "manifest.json")
    for one in manifest["files"]:
        if one["path"] in names:
            content = files[one["path"]]
            one |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return {**files, "manifest.json": json.dumps(manifest, ensure_ascii=False).encode()}
