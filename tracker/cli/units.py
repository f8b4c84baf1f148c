"""tracker units: the unit tree, its people from files, and what becomes of units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from tracker.bootstrap import Container
from tracker.cli.configuration import opened_container
from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.roster.changes import PostAct
from tracker.domain.roster.comparing import Comparison
from tracker.domain.roster.headings import UNITS
from tracker.domain.values import ROLE_TITLES
from tracker.persistence.queries.unit_page import unit_ids
from tracker.persistence.queries.units import UnitLine, unit_tree
from tracker.services.rosters import GivenFile

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
POST_ACTS = {PostAct.BEGUN: "任职", PostAct.CHANGED: "变更", PostAct.ENDED: "终止"}
POST_FIELDS = {"title": "职务", "starts_on": "起", "ends_on": "止"}


@click.group()
def units() -> None:
    """单位和人员：列出、导入、导出、改名、合并、分设。"""


@units.command("list")
@click.option("--vacant", is_flag=True, help="只列没有联络员也没有负责人的单位。")
def list_units(vacant: bool) -> None:
    """按公文次序列出单位树：名称、类别、编码、联络员和负责人人数。"""
    with opened_container() as container, container.reading() as session:
        lines = unit_tree(session)
    children: dict[int | None, list[UnitLine]] = {}
    known = {line.id for line in lines}
    for line in lines:
        children.setdefault(line.parent_id if line.parent_id in known else None, []).append(line)
    for depth, line in _walk(children, None, 0):
        if not vacant or (line.answerable == 0 and line.kind not in ("township", "office")):
            kind = UNIT_KINDS.get(line.kind, line.kind)
            click.echo(f"{'  ' * depth}{line.name}（{kind}，{line.key}）  联络员、负责人{line.answerable}人")


@units.command("import")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--check", "only_check", is_flag=True, help="只列出变更和错误，不导入。")
@click.option("--whole", is_flag=True, help="文件是全部人员：文件里没有的岗位终止。单位从不删除。")
@click.option("--yes", is_flag=True, help="不再询问，直接导入。")
def import_files(files: tuple[Path, ...], only_check: bool, whole: bool, yes: bool) -> None:
    """从 FILES（一个 .xlsx，或单位、人员两个 .csv）导入单位和人员：先列出变更，确认后全部写入，或者什么都不改。

    有错误时逐行列出，以状态 1 退出。
    """
    given = [GivenFile(file.name, file.read_bytes()) for file in files]
    with opened_container() as container:
        comparison = container.rosters.check(None, given, whole=whole)
        for line in change_lines(comparison):
            click.echo(line)
        for warning in comparison.warnings:
            click.echo(f"提醒 {warning.place}：{warning.sentence}")
        if comparison.errors:
            lines = "\n".join(f"  {error.place}：{error.sentence}" for error in comparison.errors)
            raise click.ClickException(f"有{len(comparison.errors)}处错误，没有导入任何内容：\n{lines}")
        if not comparison.changes:
            click.echo("与现有内容完全一致，没有要改的。")
            return
        if only_check:
            click.echo(f"{summary_of(comparison)}（只检查，没有导入）")
            return
        if not yes:
            click.confirm(f"{summary_of(comparison)}。确定导入吗？", abort=True)
        container.rosters.import_now(given, whole=whole, digest=comparison.changes.digest())
    click.echo(f"已导入：{summary_of(comparison)}。")


@units.command()
@click.argument("file", type=_NEW_FILE)
def template(file: Path) -> None:
    """把导入模板（带下拉列表和填写说明的 .xlsx）写到 FILE。"""
    with opened_container() as container:
        file.write_bytes(container.rosters.template())
    click.echo(f"模板已写到 {file}。")


@units.command()
@click.argument("file", type=_NEW_FILE)
@click.option("--contacts", is_flag=True, help="连同完整的手机和邮箱；谁导出过会留下记录。")
def export(file: Path, contacts: bool) -> None:
    """把现有单位和人员写到 FILE（.xlsx），改好后可以再导入。手机和邮箱默认遮住中间部分。"""
    with opened_container() as container:
        file.write_bytes(container.rosters.export(None, contacts=contacts))
    click.echo(f"已写到 {file}。{'含完整联系方式，请妥善保管，用后删除。' if contacts else ''}")


def summary_of(comparison: Comparison) -> str:
    """Return the counts of a comparison as one line."""
    changes = comparison.changes
    new = sum(1 for one in changes.units if one.unit_id is None)
    people = sum(1 for one in changes.people if one.is_new)
    parts = [
        (new, "新增单位{}个"), (len(changes.units) - new, "变更单位{}个"), (len(changes.sets), "单位集合{}个"),
        (people, "新增人员{}人"), (len(changes.people) - people, "联系方式变更{}人"),
        *((sum(1 for one in changes.posts if one.act is act), f"{title}岗位{{}}个") for act, title in POST_ACTS.items()),
    ]  # fmt: skip
    return "，".join(text.format(many) for many, text in parts if many) or "没有变更"


def change_lines(comparison: Comparison) -> Iterator[str]:
    """Yield each change as a line."""
    changes = comparison.changes
    for unit in changes.units:
        if unit.unit_id is None:
            yield f"新增单位 {unit.key} {unit.after.name}"
            continue
        fields = "；".join(f"{UNITS.title_of(one.field)} {one.before} → {one.after}" for one in unit.fields)
        yield f"变更单位 {unit.key} {unit.after.name}：{fields}"
    for one in changes.sets:
        yield f"单位集合 {one.name}：加入{len(one.added)}个，移出{len(one.removed)}个"
    for person in changes.people:
        yield f"新增人员 {person.name}" if person.is_new else f"联系方式变更 {person.name}"
    for post in changes.posts:
        shown = [f"{POST_FIELDS[one.field]} {one.before or '无'} → {one.after or '无'}" for one in post.fields]
        more = f"：{'；'.join(shown)}" if shown else ""
        yield f"{POST_ACTS[post.act]} {post.person_name} {post.unit_key} {ROLE_TITLES[post.role]}{more}"


def unit_by_key(container: Container, key: str) -> int:
    """Return the id of a unit; raises a sentence for one that does not exist."""
    with container.reading() as session:
        found = unit_ids(session, [key]).get(key)
    if found is None:
        raise click.ClickException(f"没有编码为 {key} 的单位。可用 tracker units list 查看。")
    return found


def day_of(typed: str | None) -> date | None:
    """Return a day typed as 2026-03-01."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise click.ClickException(f"“{typed}”不是日期，请写成 2026-03-01 这样。") from None


def _walk(
    children: Mapping[int | None, Sequence[UnitLine]], parent: int | None, depth: int
) -> Iterator[tuple[int, UnitLine]]:
    for line in children.get(parent, ()):
        yield depth, line
        yield from _walk(children, line.id, depth + 1)
