"""`tracker plan`: what the importer sees in a plan."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tracker.plans.as_json import reading_as_json
from tracker.plans.files import read_file
from tracker.plans.shapes import Deadline, Measure, Reading

_DOCUMENTS = {"plan": "方案", "summary": "总结", "lesson": "班会、教案", "other": "其他材料"}
_GROUPS = {"leading": "领导机构", "office": "办公室", "functional": "工作组"}


@click.group()
def plan() -> None:
    """读取专项行动方案。"""


@plan.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON：每条措施带原文位置，供程序使用。")
def read(file: Path, as_json: bool) -> None:
    """读出方案 FILE（.docx、.txt、.md）里的措施、单位和时限；只看，不保存任何东西。"""
    reading = read_file(file.name, file.read_bytes())
    if as_json:
        click.echo(json.dumps(reading_as_json(reading), ensure_ascii=False, indent=1))
        return
    for line in _lines(reading):
        click.echo(line)


def _lines(reading: Reading) -> list[str]:
    lines = [f"{reading.title or '（无标题）'}", f"类别：{_DOCUMENTS[reading.document]}。{''.join(reading.reasons)}"]
    if reading.period:
        lines.append(f"起止：{reading.period.start or '未写明'} 至 {reading.period.end or '未写明'}")
    lines.extend(_around(reading))
    lines.extend(f"阶段：{phase.name}（{phase.text}）" for phase in reading.phases)
    lines.extend(f"待核：{question}" for question in reading.questions)
    lines.append(f"措施：{len(reading.measures)} 条")
    heading: tuple[str, ...] = ()
    for number, measure in enumerate(reading.measures, start=1):
        if measure.path != heading:
            heading = measure.path
            lines.append("")
            lines.append(" › ".join(heading) or "（无标题）")
        lines.extend(_measure_lines(number, measure))
    return lines


def _around(reading: Reading) -> list[str]:
    """Who issued the plan, its groups, attachments, returns and consequences: one line a kind, or one each."""
    lines = []
    if reading.issuers:
        lines.append(f"印发机关：{'、'.join(issuer.text for issuer in reading.issuers)}")
    for group in reading.groups:
        lines.append(f"{_GROUPS[group.kind]}：{group.name}" + (f"（设在{group.seat}）" if group.seat else ""))
    lines.extend(f"附件{attachment.number}：{attachment.title}" for attachment in reading.attachments)
    for each in reading.returns:
        made_on = f"（附件{each.attachment}）" if each.attachment else ""
        lines.append(f"报送：{each.name}{made_on}；时限：{_when(each.deadline)}")
    for consequence in reading.consequences:
        lines.append(f"奖惩（{'、'.join(consequence.kinds)}）：{_shortened(consequence.text)}")
    return lines


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:58] + "……"


def _measure_lines(number: int, measure: Measure) -> list[str]:
    told = [f"{number:>4}. [{measure.kind}] {_shortened(measure.text)}"]
    units = "、".join(measure.lead_units) or "未写明"
    helps = f"；配合：{'、'.join(measure.support_units)}" if measure.support_units else ""
    told.append(f"      责任：{units}{helps}；时限：{_when(measure.deadline)}")
    told.extend(f"      待核：{question}" for question in measure.questions)
    return told


def _when(deadline: Deadline | None) -> str:
    return deadline.text if deadline else "未写明"
