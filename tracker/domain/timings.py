"""When a measure is to be done: once by a due rule, or again and again by a cadence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tracker.domain.cadence import Cadence, say_cadence
from tracker.domain.deadlines import MeasureDue
from tracker.domain.measure_dues import due_from_plain, due_to_plain, say_due
from tracker.domain.standing import cadence_from_plain, cadence_to_plain

Timing = MeasureDue | Cadence


def timing_of(due: Mapping[str, Any], cadence: Mapping[str, Any] | None) -> Timing:
    """Read the two columns of a measure. Raises ValueError with a sentence."""
    return cadence_from_plain(cadence) if cadence else due_from_plain(due)


def timing_to_plain(timing: Timing) -> tuple[dict[str, str], dict[str, Any] | None]:
    """Return the two columns of a measure: due ({} for a standing duty) and cadence (None for what is done once)."""
    return ({}, cadence_to_plain(timing)) if isinstance(timing, Cadence) else (due_to_plain(timing), None)


def say_timing(timing: Timing, phases: Mapping[str, tuple[str, date]]) -> str:
    """Return it as people say it: 8月25日前, 每月19日前. `phases`: key → (title, last day)."""
    return say_cadence(timing) if isinstance(timing, Cadence) else say_due(timing, phases)
