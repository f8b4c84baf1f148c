"""tracker units: the unit tree as it is today, with who answers for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from tracker.cli.campaign import opened_container
from tracker.domain.campaign_file import UNIT_KINDS
from tracker.persistence.queries.units import UnitLine, unit_tree


@click.group()
def units() -> None:
    """单位：列出单位树和联络人。"""


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


def _walk(
    children: Mapping[int | None, Sequence[UnitLine]], parent: int | None, depth: int
) -> Iterator[tuple[int, UnitLine]]:
    for line in children.get(parent, ()):
        yield depth, line
        yield from _walk(children, line.id, depth + 1)
