"""Who did the earlier steps of a matter, for separation by person (DESIGN.md §3.5). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: step → the person who took it last, or every person where all of them count
Doers = Mapping[str, int | Sequence[int]]


def doers_of(last_doers: Doers, step: str) -> frozenset[int]:
    """Return the persons whom a step that is separated from `step` excludes."""
    found = last_doers.get(step)
    if found is None:
        return frozenset()
    return frozenset({found} if isinstance(found, int) else found)


def with_drafter(last_doers: Doers, person_id: int) -> dict[str, int | Sequence[int]]:
    """Return the doers of a paper once a person had a hand in its draft: whoever had has drafted it, not only the last."""
    return {**last_doers, "edit": sorted({*doers_of(last_doers, "edit"), person_id})}
