"""What a database is prepared with: definitions as they are stored, and the first filling of the calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from tracker.domain.chain import canonical

DefinitionKind = Literal["workflow", "ladder"]


@dataclass(frozen=True)
class DefinitionText:
    """A workflow or ladder of this release. The hash decides whether it is stored as a new version."""

    kind: DefinitionKind
    key: str
    version: int
    content: Mapping[str, Any]
    content_hash: str


@dataclass(frozen=True)
class CalendarSeed:
    """The calendar of this release: the days that differ from Monday to Friday, and the published years.

    `package` is its name and version, such as "chinesecalendar 1.11.0".
    """

    package: str
    exceptions: Mapping[date, bool]
    published_years: frozenset[int]

    def source(self) -> str:
        """Return the package's name and a fingerprint of the content, so that a seed is stored once."""
        content = {
            "days": {day.isoformat(): works for day, works in self.exceptions.items()},
            "years": sorted(self.published_years),
        }
        return f"{self.package} {hashlib.sha256(canonical(content)).hexdigest()[:16]}"
