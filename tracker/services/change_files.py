"""What a new version of a campaign file may not change while the campaign runs: everything but its measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.domain.approving import SETTING as LEADER_FROM
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.deadlines import Phase
from tracker.domain.paper_settings import LAYOUT, WORDS
from tracker.domain.ranking import SETTING
from tracker.persistence.models import Campaign
from tracker.persistence.unit_of_work import UnitOfWork


def against_file(uow: UnitOfWork, campaign: Campaign, file: CampaignFile, phases: Sequence[Phase]) -> list[str]:
    """Return, in sentences, where the file differs from the running campaign beyond its measures.

    Units, sets and people that the database knows may stand in the file or be left out; new ones are registered first,
    because a change set touches duties and nothing else.
    """
    found: list[str] = []
    if file.key != campaign.key:
        found.append(f"文件的 key 是“{file.key}”，这次行动的是“{campaign.key}”，不是同一次行动。")
    if (file.title, file.summary) != (campaign.title, campaign.summary):
        found.append("文件里行动的名称或概要与进行中的不同；调整单只改措施，请改回原文。")
    if (file.starts_on, file.ends_on) != (campaign.starts_on, campaign.ends_on) or list(file.phases) != list(phases):
        found.append("文件里行动的起止日期或阶段与进行中的不同；调整单只改措施，期限请在各项措施里调整。")
    given, present_settings = dict(file.settings.to_plain()), dict(campaign.settings)
    basis, present_basis = given.pop(SETTING, ""), present_settings.pop(SETTING, "")
    papers, present_papers = _papers(given), _papers(present_settings)
    if given != present_settings:
        found.append("文件里的设置（settings）与进行中的不同；调整单只改措施，请改回原来的设置。")
    if basis and basis != present_basis:
        found.append("文件里排名表的依据（ranking_basis）与进行中的不同；请在“调整方案”页修改，文件里改成一致或删去。")
    if papers and papers != {name: present_papers.get(name) for name in papers}:
        found.append(
            "文件里文书的格式、机关代字或批准权限（paper_layout、number_words、leader_approves_from）与进行中的不同；请在“文书格式和文号”页修改，文件里改成一致或删去。"
        )
    present = uow.units.units_by_key()
    strange = [unit.name for unit in file.units if unit.key not in present]
    if strange:
        found.append(f"系统里还没有这些单位：{'、'.join(strange)}。请先登记单位，再调整措施。")
    office = uow.units.get_office(campaign.office_id)
    if file.office in present and present[file.office].id != office.unit_id:
        found.append("文件里的发文办公室与进行中的不同，请核对。")
    known = uow.units.set_members(campaign.office_id)
    for name, keys in file.unit_sets.items():
        members = sorted(present[key].id for key in keys if key in present)
        if name in known and (members != sorted(known[name]) or len(members) != len(keys)):
            found.append(f"单位集合“{name}”的成员与系统里的不同；请在措施里直接写增减的单位。")
        elif name not in known:
            found.append(f"系统里没有单位集合“{name}”；请在措施里直接写单位。")
    return found


def _papers(settings: dict[str, Any]) -> dict[str, Any]:
    """Take out of the settings what has a page of its own; return what of it is said."""
    found = {name: settings.pop(name, None) for name in (LAYOUT, WORDS, LEADER_FROM)}
    return {name: value for name, value in found.items() if value}
