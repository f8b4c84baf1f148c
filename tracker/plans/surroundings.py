"""All that a plan says around its measures: issuer, groups, attachments, returns, consequences."""

from __future__ import annotations

from dataclasses import replace

from tracker.plans.attachments import attachments_of
from tracker.plans.consequences import consequences_of
from tracker.plans.groups import groups_of
from tracker.plans.issuers import issuers_of
from tracker.plans.parts import Part
from tracker.plans.passages import EMPTY, Passage
from tracker.plans.returns import returns_of
from tracker.plans.shapes import Reading
from tracker.plans.years import YearContext


def with_surroundings(reading: Reading, part: Part, years: YearContext) -> Reading:
    """Return the reading of a plan together with what stands around its measures."""
    paragraphs = [each for each in part.paragraphs if isinstance(each, Passage)]
    heading = part.heading or next((each for each in paragraphs if each.squeezed().text == part.title), EMPTY)
    return replace(
        reading,
        issuers=issuers_of(heading, paragraphs),
        groups=groups_of(paragraphs),
        attachments=attachments_of(paragraphs),
        returns=returns_of(paragraphs, years),
        consequences=consequences_of(paragraphs),
    )


def gathered(reading: Reading, plans: list[Reading]) -> Reading:
    """Return the reading of a file with what stands around the measures of all its plans."""
    return replace(
        reading,
        issuers=tuple(dict.fromkeys(each for plan in plans for each in plan.issuers)),
        groups=tuple(each for plan in plans for each in plan.groups),
        attachments=tuple(each for plan in plans for each in plan.attachments),
        returns=tuple(each for plan in plans for each in plan.returns),
        consequences=tuple(each for plan in plans for each in plan.consequences),
    )
