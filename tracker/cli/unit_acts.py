"""tracker units rename, merge, split, history: acts on single units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click

from tracker.bootstrap import Container
from tracker.cli.configuration import opened_container
from tracker.cli.units import day_of, unit_by_key, units
from tracker.domain.errors import InvalidInput
from tracker.domain.reorganising import ChangeSet, NewUnit
from tracker.domain.values import local_date
from tracker.persistence.queries.unit_page import get_unit, unit_story
from tracker.services.reorganisations import Act

#: The whole group, with the acts of this module in it.
UNITS = units

_ON = click.option("--on", "day", help="从哪天起，如 2026-03-01；不写就是今天。")
_REASON = click.option("--reason", required=True, help="依据和理由，例如批复的文号。")
_YES = click.option("--yes", is_flag=True, help="不再询问，直接办理。")


@units.command()
@click.argument("key")
@click.argument("name")
@click.option("--short-name", default="", help="简称，最多 12 个字；不写由系统提出。")
@click.option("--parent", "parent_key", help="新的上级单位编码；不写则隶属不变。")
@_ON
@_REASON
def rename(key: str, name: str, short_name: str, parent_key: str | None, day: str | None, reason: str) -> None:
    """把编码为 KEY 的单位改名为 NAME（可同时改隶属）。旧名称连同起止日期保留，已印文书不变。"""
    with opened_container() as container:
        unit_id = unit_by_key(container, key)
        with container.reading() as session:
            unit = get_unit(session, unit_id, within=None)
        parent_id = unit_by_key(container, parent_key) if parent_key else unit.parent_id
        _plainly(
            lambda: container.reorganisations.rename(
                None, unit_id, name=name, short_name=short_name, parent_id=parent_id, known_name=unit.name,
                act=_act(container, day, reason),
            )
        )  # fmt: skip
    click.echo(f"已把“{unit.name}”改为“{name}”。")


@units.command()
@click.argument("keys", nargs=-1, required=True)
@click.option("--into", "target_key", required=True, help="并入哪个单位（编码）。")
@_ON
@_REASON
@_YES
def merge(keys: tuple[str, ...], target_key: str, day: str | None, reason: str, yes: bool) -> None:
    """把编码为 KEYS 的单位并入另一个单位：列出要移交的任务，确认后办理。"""
    with opened_container() as container:
        sources, target = [unit_by_key(container, key) for key in keys], unit_by_key(container, target_key)
        plan = container.reorganisations.plan_merge(None, sources, target)
        _show(plan)
        if not yes:
            click.confirm("确定合并吗？合并不能撤销。", abort=True)
        act = _act(container, day, reason)
        _plainly(lambda: container.reorganisations.merge(None, sources, target, act=act, digest=plan.digest()))
    click.echo(f"已合并，移交任务{len(plan.tasks)}项，终止岗位{plan.posts}个。")


@units.command()
@click.argument("key")
@click.option("--new", "new_units", multiple=True, required=True, metavar="CODE=NAME", help="新单位，可写多个。")
@click.option("--task", "task_pairs", multiple=True, metavar="REF=CODE", help="哪项任务由哪个新单位接办。")
@click.option("--rest-to", help="没有用 --task 指定的任务都给这个新单位。")
@click.option("--ends", is_flag=True, help="原单位撤销；不写则原单位保留，未指定的任务仍归它。")
@_ON
@_REASON
@_YES
def split(
    key: str, new_units: tuple[str, ...], task_pairs: tuple[str, ...], rest_to: str | None, ends: bool, day: str | None,
    reason: str, yes: bool,
) -> None:  # fmt: skip
    """从编码为 KEY 的单位分设新单位，逐项指定未完成的任务归谁。"""
    new = [NewUnit(*_pair(one)) for one in new_units]
    given = dict(_pair(one) for one in task_pairs)
    with opened_container() as container:
        unit_id = unit_by_key(container, key)
        plan = container.reorganisations.plan_split(None, unit_id, ends=ends)
        strange = sorted(given.keys() - {task.ref for task in plan.tasks})
        if strange:
            raise click.ClickException(f"该单位没有未完成的任务 {'、'.join(strange)}。请核对编号。")
        tasks = {task.id: given.get(task.ref, rest_to or "") for task in plan.tasks}
        _show(plan)
        if not yes:
            click.confirm(f"确定分设{len(new)}个新单位吗？", abort=True)
        act = _act(container, day, reason)
        _plainly(
            lambda: container.reorganisations.split(
                None, unit_id, new=new, ends=ends, tasks=tasks, act=act, digest=plan.digest()
            )
        )
    click.echo(f"已分设{len(new)}个单位，移交任务{sum(1 for one in tasks.values() if one)}项。")


@units.command()
@click.argument("key")
def history(key: str) -> None:
    """列出编码为 KEY 的单位用过的名称、隶属和撤并情况。"""
    with opened_container() as container, container.reading() as session:
        unit_id = unit_by_key(container, key)
        unit = get_unit(session, unit_id, within=None)
        story = unit_story(session, unit_id, today=local_date(container.clock.now()))
    click.echo(f"{unit.name}（{unit.key}）{f' 已于{unit.ended_on}撤并' if unit.ended_on else ''}")
    for row in story.names:
        click.echo(
            f"  {row['valid_from']} 至 {row['valid_to'] or '今'}  {row['name']}  上级：{row['parent_name'] or '无'}"
        )
    for row in story.successions:
        act = "并入" if row["kind"] == "merge" else "分设出"
        click.echo(f"  {row['happened_on']}  {row['unit_name']} {act} {row['successor_name']}（{row['reason']}）")


def _show(plan: ChangeSet) -> None:
    if plan.blocking:
        raise click.ClickException("现在不能办理：\n" + "\n".join(f"  {sentence}" for sentence in plan.blocking))
    for task in plan.tasks:
        due = f"，期限{task.due_on}" if task.due_on else ""
        click.echo(f"  {task.ref} {task.title}（{task.unit_name}，{task.campaign_title}{due}）")
    sets = f"，单位集合：{'、'.join(plan.sets)}" if plan.sets else ""
    click.echo(f"未完成任务{len(plan.tasks)}项，要终止的岗位{plan.posts}个，下级单位{len(plan.children)}个{sets}。")
    for sentence in plan.notes:
        click.echo(sentence)


def _act(container: Container, day: str | None, reason: str) -> Act:
    on: date = day_of(day) or local_date(container.clock.now())
    return Act(on, reason)


def _pair(typed: str) -> tuple[str, str]:
    code, sign, rest = typed.partition("=")
    if not sign or not code or not rest:
        raise click.ClickException(f"“{typed}”要写成“编码=名称”这样，中间用等号。")
    return code.strip(), rest.strip()


def _plainly(act: Callable[[], object]) -> None:
    """Do it; say every problem as a line of its own."""
    try:
        act()
    except InvalidInput as wrong:
        raise click.ClickException("\n".join(problem.sentence for problem in wrong.problems)) from wrong
