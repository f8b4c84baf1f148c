"""The lock file pins everything that pyproject.toml asks for, by version and hash, and names no place."""

import re
import tomllib

from tracker.settings import CHECKOUT

LOCK = (CHECKOUT / ".ci" / "requirements.lock").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", LOCK, re.MULTILINE))


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> set[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    return {canonical(re.split(r"[\s\[<>=!~;]", each, maxsplit=1)[0]) for each in asked}


def test_every_dependency_is_pinned() -> None:
    assert wanted() <= {canonical(name) for name in PINNED}


def test_every_pin_has_hashes_and_no_line_names_an_address() -> None:
    for entry in re.split(r"\n(?=[A-Za-z])", LOCK.strip()):
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?://|file:|index-url|find-links", LOCK)
