"""tracker sweep, audit, explain, ledger: look into the engine and let it run once by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from tracker.cli.configuration import opened_container
from tracker.domain.escalation import cause_title
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.timeline_words import does
from tracker.domain.values import SHANGHAI
from tracker.services.escalations import WouldFire


@click.command()
@click.option("--dry-run", is_flag=True, help="只列出会触发什么，不作任何改动。")
@click.option("--as-of", metavar="时刻", help="按这一时刻判断，例如 2026-11-23T09:00+08:00；须与 --dry-run 同用。")
def sweep(dry_run: bool, as_of: str | None) -> None:
    """巡查一遍所有到期的计时，然后退出。

    平时由工作进程在到期时自动完成。停机之后可手工执行；已触发的不会再触发，重复执行无害。
    """
    if as_of is not None and not dry_run:
        raise click.UsageError("--as-of 只能与 --dry-run 同用：不能按别的时刻真正触发。")
    with opened_container() as container:
        if dry_run:
            lines = container.escalations.dry_run(as_of=_moment(as_of))
            for line in lines:
                click.echo(_would_fire(line))
            for paper, count in _papers(lines).items():
                click.echo(f"拟发：{paper}，{count}项")
            openings = container.escalations.would_open(as_of=_moment(as_of))
            for one in openings:
                click.echo(
                    f"{one.opening.opens_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}  生成周期任务  {one.title}（{one.opening.title}）"
                )
            click.echo(f"共{len(lines)}项会触发，{len(openings)}项周期任务会生成。没有作任何改动。")
            return
        report = container.escalations.sweep()
        click.echo(
            f"生成周期任务{report.opened}项；已巡查{report.claimed}个计时：触发{report.fired}级，待处事项{report.findings}项，"
            f"新拟文书{report.drafts}份，需告知{report.told}人次，推迟{report.deferred}个。"
        )
        if report.deferred:
            raise SystemExit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def audit(as_json: bool) -> None:
    """零遗漏核查：只凭记录重算每一级是否都已按时触发，与实际比对。有出入时退出码为1。"""
    with opened_container() as container:
        report = container.audits.audit()
    if as_json:
        figures = {
            "tasks": report.tasks, "expected": report.expected, "fired": report.fired, "late": report.late,
            "missing": list(report.missing), "extra": list(report.extra), "clean": report.clean,
        }  # fmt: skip
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        click.echo("\n".join(report.sentences()))
    if not report.clean:
        raise SystemExit(1)


@click.command()
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def explain(ref: str, as_json: bool) -> None:
    """说明一项任务、待处事项或文书为什么是现在这样，例如 tracker explain RW-2026-0042。"""
    with opened_container() as container:
        found = container.explanations.explain(None, ref)
    if as_json:
        click.echo(json.dumps(found.data, ensure_ascii=False, indent=1))
        return
    click.echo(found.title)
    for line in found.lines:
        click.echo(f"  {line}")


@click.group()
def ledger() -> None:
    """记录链：封存、核对。"""


@ledger.command()
def verify() -> None:
    """重算每条记录的校验值和每次封存的根值。被改动过时退出码为1。"""
    with opened_container() as container:
        result = container.ledger.verify()
    click.echo("\n".join(result.sentences()))
    if result.faults:
        raise SystemExit(1)


@ledger.command()
@click.option("--out", type=click.Path(path_type=Path), help="把根值追加到这个文件，最好放在另一台机器上。")
def seal(out: Path | None) -> None:
    """封存上次之后的新记录，并给出根值，供库外保存。"""
    with opened_container() as container:
        roots = []
        while (root := container.ledger.seal()) is not None:
            roots.append(f"{container.clock.real_now().astimezone(SHANGHAI).isoformat()} {root}")
    if out is not None and roots:
        with out.open("a", encoding="utf8") as file:
            file.write("\n".join(roots) + "\n")
    click.echo("\n".join(roots) or "没有新的记录需要封存。")


def _would_fire(line: WouldFire) -> str:
    """Return a line of a dry run: when, which task of which unit, why, and what is done to whom."""
    reached, due = line.reached, line.reached.fell_due_at.astimezone(SHANGHAI)
    served = "不再重复发出（更高一级的措施已经包含这件事）"
    what = served if reached.served_by else does(reached.rung)
    return (
        f"{due:%Y-%m-%d %H:%M}  {line.task_ref}  {line.unit}  {line.title}  "
        f"{reached.rung.title}（{cause_title(reached.cause, reached.rung)}）：{what}"
    )


def _papers(lines: Sequence[WouldFire]) -> Counter[str]:
    """Return how many matters each unit's papers would get: 督导通知书 → 东村."""
    raised = [line for line in lines if line.reached.rung.raises and not line.reached.served_by]
    return Counter(f"{NOTICE_TITLES.get(str(line.reached.rung.raises), '文书')}（{line.unit}）" for line in raised)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("请写成 2026-11-23T09:00+08:00 这样的时刻。", param_hint="--as-of") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
