"""What a look at the installation says: one sentence a thing, its weight, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How grave a remark is: as it should be, worth knowing, or something will not work."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing looked at; `advice` says what to do, empty where the sentence does or nothing is."""

    weight: Weight
    sentence: str
    advice: str = ""
