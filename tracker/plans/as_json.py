"""A reading as plain dicts and lists, in the shape that `tracker plan read --json` prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tracker.plans.shapes import Measure, Reading


def reading_as_json(reading: Reading) -> dict[str, Any]:
    """Return the reading as what json.dumps takes."""
    return {
        "document": reading.document, "reasons": list(reading.reasons), "title": reading.title,
        "period": asdict(reading.period) if reading.period else None,
        "phases": [asdict(phase) for phase in reading.phases],
        "measures": [_measure(measure) for measure in reading.measures],
        "questions": list(reading.questions),
        "reported": [asdict(quantity) for quantity in reading.reported],
        "unparsed": [list(span) for span in reading.unparsed],
        "issuers": [asdict(issuer) for issuer in reading.issuers],
        "groups": [asdict(group) for group in reading.groups],
        "attachments": [asdict(attachment) for attachment in reading.attachments],
        "returns": [asdict(each) for each in reading.returns],
        "consequences": [asdict(consequence) for consequence in reading.consequences],
    }  # fmt: skip


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "ordinal": measure.ordinal, "path": list(measure.path), "text": measure.text, "span": list(measure.span),
        "kind": measure.kind, "lead_units": list(measure.lead_units), "support_units": list(measure.support_units),
        "deadline": asdict(measure.deadline) if measure.deadline else None,
        "quantity": asdict(measure.quantity) if measure.quantity else None,
        "questions": list(measure.questions), "grounds": list(measure.grounds),
    }  # fmt: skip
