"""tracker calendar: the working-day calendar, its versions, and the import of a year's notice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from tracker.cli.configuration import opened_container
from tracker.definitions.calendar_seed import library_calendar
from tracker.documents.calendar_tables import read_file
from tracker.domain.deadlines import show_day
from tracker.domain.redating import CalendarTable
from tracker.services.calendars import CalendarDiff, CalendarService

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST_LINES = 200
_LIBRARY = click.option("--from-library", is_flag=True, help="用已安装的 chinesecalendar，不读文件。")


@click.group()
def calendar() -> None:
    """工作日历：查看版本，比对和导入一年的放假安排。"""


@calendar.command()
@click.option("--year", type=click.IntRange(2004, 2100), help="列出这一年与周一至周五不同的日子。")
def show(year: int | None) -> None:
    """列出日历的各个版本和仍按它计算的期限数；--year 列出一年的调休和放假。"""
    with opened_container() as container:
        for one in container.calendar_imports.versions():
            years = one["published_years"]
            span = f"{min(years)}–{max(years)}年" if years else "没有已公布的年份"
            click.echo(f"第{one['id']}版  {one['source']}  {span}  在办期限{one['clocks']}个")
        present = container.calendars.newest()
    if year is None:
        return
    if present.is_provisional(date(year, 1, 1)):
        click.echo(f"{year}年的放假安排尚未导入，下列日子为推算。")
    for day, works in sorted(present.exceptions.items()):
        if day.year == year:
            click.echo(f"{day.isoformat()}  {'班' if works else '休'}")


@calendar.command()
@click.argument("file", type=_FILE, required=False)
@_LIBRARY
def diff(file: Path | None, from_library: bool) -> None:
    """比对 FILE（.xlsx 或 .csv：日期,类型,名称）和现行日历：哪些日子不同，哪些期限会变。不作任何改动。"""
    table, _ = _table(file, from_library=from_library)
    with opened_container() as container:
        _say(_compared(container.calendar_imports, table))


@calendar.command("import")
@click.argument("file", type=_FILE, required=False)
@_LIBRARY
@click.option("--yes", is_flag=True, help="不再询问。")
def import_table(file: Path | None, from_library: bool, yes: bool) -> None:
    """导入一年的放假安排：先列出变化，确认后生效，推算的期限随之重算，并通知到人。

    写明的日期不变；已告知的期限只会推后。中途断了，工作进程会接着办完，再执行一次也可以。
    """
    table, source = _table(file, from_library=from_library)
    with opened_container() as container:
        service = container.calendar_imports
        found = _compared(service, table)
        _say(found)
        if not yes:
            click.confirm("确认导入？", abort=True)
        with _bar(service, "重算") as show:
            report = service.apply(table, source=source, expected_version=found.base_version, progress=show)
    click.echo(f"已重算{report.clocks}个在办期限，其中{report.moved}个日期有变，需告知{report.people}人。")


@contextmanager
def _bar(service: CalendarService, label: str) -> Iterator[Callable[[int], None]]:
    """Give what shows on standard error how many of the open clocks are done."""
    with click.progressbar(length=service.count_open(), label=label, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)


def _compared(service: CalendarService, table: CalendarTable) -> CalendarDiff:
    with _bar(service, "比对") as show:
        return service.diff(table, progress=show)


def _table(file: Path | None, *, from_library: bool) -> tuple[CalendarTable, str]:
    if (file is None) is not from_library:
        raise click.UsageError("请给出一个文件，或者用 --from-library，二者取一。")
    if file is not None:
        return read_file(file.name, file.read_bytes()), f"import {file.name}"
    return library_calendar()


def _say(found: CalendarDiff) -> None:
    if found.new_years:
        click.echo(f"新公布的年份：{'、'.join(str(year) for year in found.new_years)}。")
    click.echo(f"工作日有变的日子{len(found.days)}天：")
    for one in found.days:
        click.echo(f"  {one.day.isoformat()}  改为{'上班' if one.works else '休息'}")
    click.echo(f"会变的期限{len(found.moving)}个，需告知{found.people}人：")
    for (campaign, unit), many in found.by_place().items():
        click.echo(f"  {campaign} · {unit}：{many}个")
    for moving in found.moving[:_MOST_LINES]:
        told = "已告知" if moving.was_told else "未告知"
        click.echo(f"    {moving.task_ref} {moving.title}：{show_day(moving.old)} → {show_day(moving.new)}（{told}）")
    if len(found.moving) > _MOST_LINES:
        click.echo(f"    只列前{_MOST_LINES}个，其余{len(found.moving) - _MOST_LINES}个未列。")
