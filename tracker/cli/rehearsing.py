"""tracker campaign rehearse: live a campaign file through in a database that is thrown away."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from tracker.bootstrap import Container
from tracker.cli.configuration import load_settings, opened_container
from tracker.cli.db import scratch_database, upgrade_database
from tracker.cli.preparing import prepare
from tracker.definitions.campaign_files import Known, read_campaign_file
from tracker.definitions.catalog import load_catalog
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.deadlines import local_moment
from tracker.domain.errors import CannotRehearse
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.rehearsal import TITLES, Assumption, Outcome
from tracker.services.rehearsing import MORNING, Assumed, days_from, first_moment
from tracker.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: Nobody is rung for in a database that is thrown away.
NO_BELL = "unix:///dev/null"
#: The papers of the table in the README, and its columns.
TABLED = ("supervision_notice", "interview_notice", "rectification_notice")
COLUMNS = (
    "行动文件",
    "措施",
    "单位",
    "有期限",
    "按期报送",
    "任务",
    *(NOTICE_TITLES[kind] for kind in TABLED),
    "一人一周最多",
)


@click.command()
@click.argument("files", type=_FILE, nargs=-1, required=True)
@click.option(
    "--assumption", type=click.Choice([one.value for one in Assumption]), default=Assumption.ONE_IN_FIVE.value,
    show_default=True, help="；".join(f"{one.value} = {title}" for one, title in TITLES.items()) + "。",
)  # fmt: skip
@click.option("--seed", default="1", show_default=True, help="抽哪些单位迟办；同一种子结果相同。")
@click.option(
    "--scratch", is_flag=True, help="不用现有的库：在一次性的内置数据库上，只用文件里的单位和人员，从第一天试起。"
)
@click.option("--table", is_flag=True, help="只输出一张表（Markdown），每份文件一行；README 里的表由此得出。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，每份文件一个。")
def rehearse(
    files: Sequence[Path], assumption: str, seed: str, scratch: bool, table: bool, as_json: bool
) -> None:  # fmt: skip
    """把行动文件 FILES 从头到尾试运行一遍：发多少消息、哪天最多、拟多少文书、哪一级没有人。

    在临时库里进行，用现有的单位、岗位和工作日历，用完即删；正式的数据不动，也不会发出任何消息。
    """
    assumed, rows, found = Assumed(Assumption(assumption), seed), [], []
    with _settings(scratch=scratch) as settings, opened_container(settings) as container:
        for path in files:
            file = _read(path, container, scratch=scratch)
            outcome = _live(container, file, assumed, scratch=scratch, quiet=table or as_json)
            found.append(outcome)
            rows.append(table_row(path.stem, file, outcome))
            if not table and not as_json:
                click.echo("\n".join(said(outcome)))
    if as_json:
        click.echo(json.dumps([one.to_plain() for one in found], ensure_ascii=False, indent=1))
    elif table:
        click.echo("\n".join(table_lines(rows)))


def table_row(name: str, file: CampaignFile, outcome: Outcome) -> tuple[str, ...]:
    """Return the row of one file."""
    dated = sum(1 for one in file.measures if one.due is not None)
    papers = {one.title: one.drafted for one in outcome.papers}
    counted = (
        len(file.measures), outcome.units, dated, len(file.measures) - dated, outcome.tasks,
        *(papers.get(NOTICE_TITLES[kind], 0) for kind in TABLED), outcome.peak,
    )  # fmt: skip
    return (f"`{name}`", *map(str, counted))


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the table in Markdown."""
    return [f"| {' | '.join(line)} |" for line in (COLUMNS, ["---"] * len(COLUMNS), *rows)]


def said(outcome: Outcome) -> list[str]:
    """Return what came of it, a line each."""
    lines = [
        f"{outcome.title}：{outcome.starts_on}至{outcome.stopped_on or outcome.ends_on}，{outcome.units}个单位，"
        f"{outcome.tasks}项任务，其中{outcome.late}项逾期。",
        f"消息{outcome.messages}条，告知{outcome.people}人；一人一周最多{outcome.peak}条。",
    ]
    if outcome.late_units:
        lines.append(f"迟办的单位（种子{outcome.seed}）：{'、'.join(outcome.late_units)}。")
    lines += ["消息最多的日子：", *(f"  {day}  {many}条" for day, many in outcome.peak_days[:5])]
    lines += ["收到最多的人：", *(
        f"  {one.name}（{one.unit}）  共{one.messages}条，最多的一周{one.peak}条（{one.peak_week}）"
        for one in outcome.busiest[:5]
    )]  # fmt: skip
    lines += [
        "文书：",
        *(f"  {one.title}  拟{one.drafted}份，印发{one.issued}份，{one.matters}项" for one in outcome.papers),
    ]
    lines += ["各级：", *(
        f"  {one.title}  触发{one.fired}次" + (f"，列入文书{one.papers}份" if one.papers else "") for one in outcome.rungs
    )]  # fmt: skip
    for title, sentences in (
        ("下达之前先要解决：", outcome.against), ("没有人可送的：", outcome.vacancies),
        ("联络不上的单位：", outcome.unreachable), ("系统遇到的问题：", outcome.incidents),
        ("没有办成的步骤：", [f"{one.step}，{one.times}次：{one.why}" for one in outcome.stuck]),
    ):  # fmt: skip
        lines += [title, *(f"  {one}" for one in sentences)] if sentences else []
    return lines


def _live(container: Container, file: CampaignFile, assumed: Assumed, *, scratch: bool, quiet: bool) -> Outcome:
    start = _start(file, now=container.clock.now(), scratch=scratch)
    days = days_from(start, file)
    if not days:
        raise CannotRehearse(f"“{file.title}”已经结束，没有可试的日子。要从第一天试起，请加 --scratch。")
    if quiet:
        return container.rehearsals.live(file, assumed, start=start, tick=lambda day: None)
    with click.progressbar(length=days, label=file.title) as bar:
        done = container.rehearsals.live(file, assumed, start=start, tick=lambda day: bar.update(day - bar.pos))
        bar.update(days - bar.pos)
    return done


def _start(file: CampaignFile, *, now: datetime, scratch: bool) -> datetime:
    return local_moment(file.starts_on, MORNING) if scratch else first_moment(file, now=now)


def _read(path: Path, container: Container, *, scratch: bool) -> CampaignFile:
    catalog = load_catalog(container.settings.workflows_dir)
    if scratch:
        return read_campaign_file(path, Known(catalog.workflows, catalog.ladders))
    places = container.campaigns.present_places()
    return read_campaign_file(path, Known(catalog.workflows, catalog.ladders, places.units, places.sets))


@contextlib.contextmanager
def _settings(*, scratch: bool) -> Iterator[Settings]:
    if not scratch:
        yield load_settings()
        return
    with scratch_database() as url:
        upgrade_database(url)
        settings = replace(
            Settings.from_environ(), database_url=url, redis_url=NO_BELL, secret_key=secrets.token_hex(32)
        )
        prepare(settings, sample=False)
        yield settings
