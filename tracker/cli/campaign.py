"""tracker campaign: check a campaign file, load it, look at it, issue it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from tracker.bootstrap import Container
from tracker.cli.configuration import opened_container
from tracker.cli.rehearsing import rehearse
from tracker.definitions.campaign_files import Known, read_campaign_file
from tracker.definitions.catalog import load_catalog
from tracker.domain.cadence import say_cadence
from tracker.domain.campaign_file import CampaignFile, standing_tasks
from tracker.domain.change_words import change_lines, impact_line
from tracker.domain.changing import KIND_TITLES
from tracker.domain.deadlines import show_day
from tracker.domain.errors import CannotChange, CannotIssue, InvalidInput
from tracker.domain.measure_dues import say_due
from tracker.domain.timings import say_timing
from tracker.services.campaigns import CampaignSummary
from tracker.services.change_sets import Preview
from tracker.services.first_logins import give_first_logins
from tracker.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_STATUS = {"draft": "草稿", "issued": "已下达", "closed": "已结束"}


@click.group()
def campaign() -> None:
    """专项行动：检查文件、载入、查看、下达。"""


@campaign.command()
@click.argument("target")
@click.option("--database", is_flag=True, help="连同数据库里已有的单位和集合一起核对文件。")
def check(target: str, database: bool) -> None:
    """检查 TARGET：是文件就检查文件，不保存任何东西；是行动编号（XD-2026-0001）就列出还不能下达的原因。

    有问题时以状态 1 退出。
    """
    path = Path(target)
    if path.is_file():
        with opened_container() if database else contextlib.nullcontext() as container:
            file = _read(path, container)
        click.echo(f"文件正确：{file.title}，{len(file.measures)} 项措施，{len(file.units)} 个单位。")
        for measure, tasks in standing_tasks(file):
            click.echo(f"  {measure.ordinal}{measure.title}  {say_timing(measure.timing, {})}：每个单位共 {tasks} 期。")
        return
    if path.suffix or path.parent != Path():
        raise click.ClickException(f"没有文件 {target}。请核对路径。")
    with opened_container() as container:
        reasons = container.campaigns.check_campaign(target)
    if reasons:
        raise click.ClickException("还不能下达：\n" + "\n".join(f"  {reason}" for reason in reasons))
    click.echo("可以下达。")


@campaign.command()
@click.argument("file", type=_FILE)
def load(file: Path) -> None:
    """载入 FILE，成为草稿：全部载入，或者什么都不改。

    文件里写了 username 而还没有账号的人员，会得到一个随机密码，只在这里显示一次，首次登录须修改。
    """
    with opened_container() as container:
        content = _read(file, container)
        loaded = container.campaigns.load(content, actor_person_id=None)
        click.echo(f"已载入“{content.title}”，编号 {loaded.ref}。核对后用 tracker campaign issue {loaded.ref} 下达。")
        for login in give_first_logins(container.people, content, loaded.person_ids):
            click.echo(f"  {login.username:<16} {login.password}  {login.name}")


@campaign.command()
@click.argument("ref", required=False)
def show(ref: str | None) -> None:
    """列出全部专项行动；给出 REF 则列出它的措施。"""
    with opened_container() as container:
        if ref is None:
            for one in container.campaigns.find_campaigns():
                click.echo(_line(one))
            return
        summary, measures = container.campaigns.get_campaign(ref)
    click.echo(_line(summary))
    for measure in measures:
        due = say_due(measure.due, {}) if measure.due else say_cadence(measure.cadence) if measure.cadence else ""
        click.echo(f"  {measure.ordinal}{measure.title}  [{measure.workflow}]  {measure.units} 个单位  {due}")


@campaign.command()
@click.argument("ref")
@click.option("--yes", is_flag=True, help="不再询问，直接下达。")
def issue(ref: str, yes: bool) -> None:
    """下达 REF：每个单位的每项措施成为一个任务，通知联络员。下达后不能收回，只能逐项撤回。"""
    with opened_container() as container:
        summary, measures = container.campaigns.get_campaign(ref)
        tasks = sum(measure.units for measure in measures)
        if not yes:
            click.confirm(f"下达“{summary.title}”，将产生 {tasks} 个任务。确定吗？", abort=True)
        try:
            report = container.issuing.issue_campaign(None, campaign_ref=ref, expected_version=summary.version)
        except CannotIssue as refused:
            reasons = "\n".join(f"  {reason}" for reason in refused.reasons)
            raise click.ClickException(f"{refused.sentence}\n{reasons}") from refused
    click.echo(f"已下达：{report.tasks} 个任务，{report.units} 个单位，通知 {report.people} 人。")


@campaign.command()
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="只列出会改什么、涉及多少任务，什么都不改。")
@click.option("--reason", default="", help="调整的理由；调整期限、撤出单位、撤回措施时必须写，单位会看到。")
@click.option("--earlier", is_flag=True, help="确认有的期限要提前；不写时只能向后调整。")
@click.option("--yes", is_flag=True, help="不再询问，直接生效。")
def change(file: Path, dry_run: bool, reason: str, earlier: bool, yes: bool) -> None:
    """按 FILE（同一个 key 的新版行动文件）调整进行中的行动。

    逐条列出增加、改期、改写、增减单位和撤回；全部生效，或者什么都不改。已办结的任务保持不变。
    """
    with opened_container() as container:
        content = _read(file, container)
        found = next((one for one in container.campaigns.find_campaigns() if one.key == content.key), None)
        if found is None:
            raise click.ClickException(f"没有载入过 key 为“{content.key}”的行动；新的行动请用 tracker campaign load。")
        try:
            preview = container.changes.preview(None, campaign_ref=found.ref, wish=content, earlier=earlier)
            _show_changes(preview)
            if preview.reasons:
                raise CannotChange("还不能这样调整，什么都没有改动：", preview.reasons)
            if dry_run:
                return
            if not yes:
                click.confirm("确定按上列各条调整吗？", abort=True)
            report = container.changes.apply(
                None,
                campaign_ref=found.ref,
                expected_version=preview.plan.version,
                wish=content,
                reason=reason,
                earlier=earlier,
            )
        except CannotChange as refused:
            reasons = "\n".join(f"  {one}" for one in refused.reasons)
            raise click.ClickException(f"{refused.sentence}\n{reasons}") from refused
        except InvalidInput as wrong:
            sentences = "\n".join(f"  {problem.sentence}" for problem in wrong.problems)
            raise click.ClickException(f"{wrong.sentence}\n{sentences}（用 --reason 写明）") from wrong
    click.echo(
        f"已调整{report.changes}条：涉及 {report.tasks} 项任务，新下达 {report.opened} 项，通知 {report.people} 人。"
    )


campaign.add_command(rehearse)


def _show_changes(preview: Preview) -> None:
    for number, impact in enumerate(preview.impacts, start=1):
        click.echo(f"{number}. {KIND_TITLES[impact.change.kind]}  {impact.change.measure.name}")
        lines = change_lines(impact.change, say_due=lambda timing: say_timing(timing, {}), names=preview.plan.units)
        for line in (*lines, impact_line(impact), *impact.kept):
            click.echo(f"     {line}")
    click.echo(f"将通知 {preview.people} 人，每人一条消息。")


def _read(path: Path, container: Container | None) -> CampaignFile:
    settings = Settings.from_environ() if container is None else container.settings
    catalog = load_catalog(settings.workflows_dir)
    if container is None:
        return read_campaign_file(path, Known(catalog.workflows, catalog.ladders))
    places = container.campaigns.present_places()
    return read_campaign_file(path, Known(catalog.workflows, catalog.ladders, places.units, places.sets))


def _line(one: CampaignSummary) -> str:
    span = f"{show_day(one.starts_on)}至{show_day(one.ends_on)}"
    return f"{one.ref}  {_STATUS.get(one.status, one.status)}  {one.title}  {span}  （{one.key}）"
