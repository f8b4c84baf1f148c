"""Writing down which returns a campaign requires of which units, when its file is loaded."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.campaign_file import CampaignFile, Labels
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.persistence.models import RequiredReturn
from tracker.persistence.repositories.units import UnitRow
from tracker.persistence.unit_of_work import UnitOfWork


def write_required_returns(
    uow: UnitOfWork, file: CampaignFile, campaign_id: int, labels: Labels, present: Mapping[str, UnitRow]
) -> None:
    """Write the required returns of a file whose measures are written already; raises InvalidInput."""
    measures = {one.key: one.id for one in uow.campaigns.measures(campaign_id)}
    for position, entry in enumerate(file.required_returns, start=1):
        try:
            keys = labels.expand(entry.units)
        except KeyError as strange:
            place = f"required_returns.{entry.title}"
            sentence = f"写的单位“{strange.args[0]}”在系统里没有，请核对。"
            raise InvalidInput([FieldProblem(place, sentence)], f"{place}：{sentence}") from None
        if entry.measure is not None and entry.measure not in measures:
            place = f"required_returns.{entry.title}"
            sentence = f"写的措施“{entry.measure}”在这次行动里没有，请核对。"
            raise InvalidInput([FieldProblem(place, sentence)], f"{place}：{sentence}")
        row = RequiredReturn(
            campaign_id=campaign_id, key=entry.key, title=entry.title, workflow_key=entry.workflow,
            form_key=entry.form, measure_id=measures[entry.measure] if entry.measure else None, position=position,
        )  # fmt: skip
        uow.required_returns.add(row, [present[key].id for key in keys])
