"""/style: every colour, letter, light, field and state of the screens, drawn by the same sheets and macros as the pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Blueprint, current_app, render_template

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition
from tracker.domain.errors import FieldProblem, NotFound
from tracker.domain.lights import LIGHTS, WORST_FIRST
from tracker.domain.permissions import Action
from tracker.domain.values import local_date
from tracker.web.auth import may_somewhere, signed_in
from tracker.web.desk.presenters import GROUPS, Tile
from tracker.web.forms import FormView, KeptFile, present_form
from tracker.web.requests import container, viewer
from tracker.web.style.tokens import read_tokens

blueprint = Blueprint("style", __name__)

#: Who looks after the installation may look at how it looks; in a sample everybody may.
ADMINISTRATORS = (Action.SEE_HEALTH, Action.SEE_ACCOUNTS, Action.VERIFY_LEDGER)
FIELDS = (
    FieldDefinition("name", "单行文字", FieldType.TEXT, help="一句提示，说清要填什么。"),
    FieldDefinition("count", "数量", FieldType.COUNT, unit="户", asks_as_of=True),
    FieldDefinition("checked", "已完成", FieldType.COUNT, unit="户", at_most="count", rate="完成率"),
    FieldDefinition("day", "日期", FieldType.DATE, required=False),
    FieldDefinition("kind", "单选", FieldType.CHOICE, options={"one": "出租房屋", "two": "企业"}),
    FieldDefinition("ways", "多选", FieldType.CHOICES, options={"one": "入户走访", "two": "讲座"}, required=False),
    FieldDefinition("photos", "照片和附件", FieldType.FILES, required=False),
    FieldDefinition("story", "多行文字", FieldType.LONG_TEXT, required=False),
)
GIVEN = {"name": "三组12号", "count": "120", "checked": "很多", "kind": "one", "ways": ["one"], "photos": ["FJ-0"]}
WRONG = (FieldProblem("checked", "“已完成”要填整数，填的是“很多”。"),)


@blueprint.get("/style")
@signed_in
def index() -> str:
    """Show it to administrators, and in a sample to everybody."""
    if container().sample.status() is None and not may_somewhere(viewer(), *ADMINISTRATORS):
        raise NotFound("没有这个页面。")
    today = local_date(container().clock.now())
    tiles = [
        Tile(key, title, LIGHTS[key].symbol if key in LIGHTS else "", n) for n, (key, title, _) in enumerate(GROUPS)
    ]
    return render_template(
        "style/index.html", groups=read_tokens(Path(current_app.static_folder or "") / "css" / "tokens.css"),
        lights=WORST_FIRST, tiles=tiles, form=_form(), today=today, tomorrow=today + timedelta(days=1),
    )  # fmt: skip


def _form() -> FormView:
    kept = [KeptFile("FJ-0", "现场.jpg", is_image=True)]
    return present_form(
        FormDefinition("all", "各种字段", FIELDS), {}, given=GIVEN, problems=WRONG, files=kept, scope="style",
        carried={"kind": "上期（2月）"},
    )  # fmt: skip
