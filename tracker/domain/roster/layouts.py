"""The workbook to fill in, and the one to take along: the same tables that an import reads."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.masking import mask_email, mask_phone
from tracker.domain.roster.headings import PEOPLE, SETS, UNITS, TableKind
from tracker.domain.roster.present import County
from tracker.domain.sheets import ColumnLayout, SheetLayout
from tracker.domain.values import ADMIN_ROLES, ROLE_TITLES

_WIDTHS = {"name": 24, "aliases": 20, "members": 60, "email": 26, "campaign": 20, "title": 16, "phone": 16}
_HINTS = {
    ("units", "key"): "必填。本单位固定不变的编码，如 cun-01；改名、改隶属都不换编码。",
    ("units", "name"): "新单位必填，写全称。",
    ("units", "short_name"): "短信用，最多12个字；不填则由系统提出。",
    ("units", "aliases"): "方案里的其他叫法，用顿号隔开；填了就以本格为准。",
    ("units", "kind"): "新单位必填，从列表中选。",
    ("units", "parent"): "上一级单位的编码；最上一级写“无”。",
    ("units", "position"): "公文次序，小的在前；不填排在最后。",
    ("people", "unit"): "必填。“单位”表中的编码。",
    ("people", "role"): "必填，从列表中选。",
    ("people", "phone"): "可带 +86 和空格。加密保存，只用于发送提醒。",
    ("people", "login"): "已有账号的填登录名，用来认准本人；导入不开新账号。",
    ("people", "starts_on"): "岗位的第一天，如 2026-03-01；不填从导入当天起。",
    ("people", "ends_on"): "岗位的最后一天；在任的不填。",
    ("people", "campaign"): "只管一个专项行动的，填编号或全名；不限的不填。",
    ("sets", "members"): "必填。单位编码，用顿号隔开；以本格为准。",
}  # fmt: skip
HELP = (
    "填写说明",
    "一、两张主表：“单位”每行一个单位，“人员”每行一个人的一个岗位（一人几个岗位就写几行，姓名和手机相同即视为同一人）。“单位集合”可不填。",
    "二、列的先后不限，多余的列不读；表头上面可以有标题。表头以下不要合并单元格。",
    "三、空格表示“不改”：更新时只填要改的内容即可。文件里没有的单位和人员保持原样；单位从不因导入而删除，撤并请用“合并”办理。",
    "四、导入分两步：先看变更清单和逐行的错误，确认后才写入。有一行错误，整份文件都不导入。",
    "五、同一上级下不能有同名单位；上下级不能绕成圈；系统、安全、审计管理员不能互兼，也不能兼业务岗位。",
    "六、没有手机号的人员照样导入，列入“数据质量”，请尽快补上。",
    "七、勾选“本文件为全部人员”时，文件里没有的岗位会在变更清单中列为“终止”，确认后生效。",
    "八、也可用两个 CSV 文件代替本工作簿，编码 UTF-8 或 GB18030 均可。",
)


def template_sheets() -> tuple[SheetLayout, ...]:
    """Return the empty workbook, with lists to choose from and a page of help."""
    tables = [SheetLayout(kind.title, _columns(kind)) for kind in (UNITS, PEOPLE, SETS)]
    return (*tables, SheetLayout("填写说明", text=HELP))


def export_sheets(county: County, *, contacts: bool) -> tuple[SheetLayout, ...]:
    """Return what an import of the same file would leave unchanged; without `contacts` they are masked.

    Ended units and ended posts stay out. Administrators' posts stay out of an office's own export.
    """
    reaches = county.importer.reaches
    units = [
        (
            unit.key, unit.name, unit.short_name, "、".join(unit.aliases), UNIT_KINDS.get(unit.kind, unit.kind),
            unit.parent_key or "无", unit.position, unit.level,
        )
        for unit in county.units.values()
        if unit.ended_on is None and reaches(unit.key)
    ]  # fmt: skip
    refs = {campaign_id: word for word, campaign_id in county.campaigns.items()}
    posts: list[tuple[str | int, ...]] = []
    for post in county.posts:
        person = county.people.get(post.person_id)
        over = post.ends_on is not None and post.ends_on < county.today
        hidden = county.importer.scope is not None and post.role in ADMIN_ROLES
        if person is None or over or hidden or not reaches(post.unit_key):
            continue
        phone, email = (person.phone or "", person.email or "")
        posts.append((
            person.name, post.unit_key, ROLE_TITLES[post.role], post.title, phone if contacts else mask_phone(phone),
            email if contacts else mask_email(email), person.logins[0] if person.logins else "",
            post.starts_on.isoformat(), post.ends_on.isoformat() if post.ends_on else "",
            refs.get(post.campaign_id, "") if post.campaign_id else "",
        ))  # fmt: skip
    sets = [(one.name, "、".join(sorted(one.members))) for one in county.sets.values()]
    return (_filled(UNITS, units), _filled(PEOPLE, posts), _filled(SETS, sets))


def _filled(kind: TableKind, rows: Sequence[Sequence[str | int]]) -> SheetLayout:
    return SheetLayout(kind.title, _columns(kind), rows)


def _columns(kind: TableKind) -> tuple[ColumnLayout, ...]:
    choices = {"kind": tuple(UNIT_KINDS.values()), "role": tuple(ROLE_TITLES.values())}
    return tuple(
        ColumnLayout(
            column.title, _WIDTHS.get(column.field, 12), _HINTS.get((kind.key, column.field), ""),
            choices.get(column.field, ()),
        )
        for column in kind.columns
    )  # fmt: skip
