"""tracker deliveries: what waits or did not arrive, try again, take it out as a table, look whether providers answer.

Whoever may run this command has the server, so no sign-in is asked for; every act is in the record, without a
person as its doer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.configuration import opened_container
from tracker.cli.remarks import say
from tracker.documents.csv_files import csv_chunks
from tracker.domain.channels import CHANNEL_TITLES, channel_title
from tracker.domain.delivery_states import STATUS_TITLES
from tracker.domain.messages import KINDS
from tracker.domain.values import SHANGHAI
from tracker.persistence.queries.outbox import ATTENTION, OutboxRow, find_outbox, find_outbox_before

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PAGE = 500
STATUS = click.Choice(["attention", "all", *STATUS_TITLES])
CHANNEL = click.Choice(list(CHANNEL_TITLES))
HEADINGS = (
    "编号", "收件人", "单位", "方式", "状态", "原因", "提交次数", "服务商编号", "代码", "计费条数", "汇总时间", "提交时间", "接收时间",
    "送达时间",
)  # fmt: skip


@click.group()
def deliveries() -> None:
    """消息送达：列出、重发、导出、检查通道。"""


@deliveries.command("list")
@click.option("--status", type=STATUS, default="attention", help="状态；默认只列未送达的。")
@click.option("--channel", type=CHANNEL, help="送达方式。")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, PAGE), help="最多列几条。")
def list_deliveries(status: str, channel: str | None, limit: int) -> None:
    """列出消息，新的在前。"""
    with opened_container() as container, container.reading() as session:
        found = find_outbox(session, channel=channel, statuses=_statuses(status), size=limit)
    for row in found.rows:
        again = f"，{_moment(row, 'next_try_at')}再试" if row.status == "gathered" and row.submissions else ""
        click.echo(
            f"{row.ref}  {channel_title(row.channel)}  {row.status_title}  {row.recipient}"
            f"（{row.unit_name or '无单位'}）  {row.reason}{again}"
        )
    click.echo(f"共{found.total}条，列出{len(found.rows)}条。" if found.total else "没有符合条件的消息。")


@deliveries.command()
@click.argument("refs", nargs=-1, required=True, metavar="编号...")
def retry(refs: tuple[str, ...]) -> None:
    """重发发送失败、结果不明的消息，或让等待的消息立即发送。"""
    with opened_container() as container:
        for ref in refs:
            container.outbox.retry(None, ref)
            click.echo(f"{ref} 已排入发送队列。")


@deliveries.command()
@click.argument("channel", metavar="方式")
def resume(channel: str) -> None:
    """恢复被暂停的通道，例如充值或改好密钥以后。"""
    with opened_container() as container:
        container.outbox.resume(None, channel)
    click.echo(f"{channel_title(channel)}通道已恢复发送。")


@deliveries.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="文件.csv")
@click.option("--status", type=STATUS, default="all", help="状态；默认全部。")
@click.option("--channel", type=CHANNEL, help="送达方式。")
def export(file: Path, status: str, channel: str | None) -> None:
    """把送达记录导出为 CSV，不含号码和内容。"""
    with opened_container() as container, container.reading() as session, file.open("wb") as out:
        rows = _all_rows(session, status, channel)
        count = 0
        for chunk in csv_chunks(chain([HEADINGS], rows)):
            out.write(chunk)
            count += chunk.count(b"\r\n")
    click.echo(f"已导出{count - 1}条到 {file}。")


@deliveries.command()
@click.argument("kind", metavar="种类", required=False)
def preview(kind: str | None) -> None:
    """看一种消息的邮件和短信怎么写、有什么不妥，例如 remind；不写种类则列出全部种类。用最近一条真实消息的内容，没有的用样例。"""
    if kind is None:
        for key, one in KINDS.items():
            click.echo(f"{key:<20} {one.title}")
        return
    with opened_container() as container:
        found = container.wordings.look(None, kind)
    for source in found.sources:
        if source.own is not None:
            click.echo(f"本单位用语 {source.name}：{source.problem or '可用'}")
    if (shown := found.preview) is None:
        return
    click.echo(
        f"主题：{shown.subject}\n正文：{shown.text}\n短信：{shown.sms}（{len(shown.sms)}字，计费{shown.segments}条）"
    )
    click.echo(f"（{'最近一条真实消息' if shown.facts == 'real' else '样例内容'}）")
    for remark in shown.remarks:
        click.echo(f"注意：{remark}")


@deliveries.command()
def doctor() -> None:
    """检查各通道：服务商能否连上、密钥认不认、积压多少；有问题则以状态 1 退出。"""
    with opened_container() as container:
        say(chain(container.outbox.examine(), container.wordings.examine()))


def _statuses(status: str) -> tuple[str, ...] | None:
    if status == "all":
        return None
    return ATTENTION if status == "attention" else (status,)


def _all_rows(session: Session, status: str, channel: str | None) -> Iterator[tuple[str, ...]]:
    before = None
    while found := find_outbox_before(
        session, before=before, channel=channel, statuses=_statuses(status), size=PAGE
    ):  # fmt: skip
        yield from (_columns(row) for row in found)
        before = found[-1].id


def _columns(row: OutboxRow) -> tuple[str, ...]:
    return (
        row.ref, row.recipient, row.unit_name or "", channel_title(row.channel), row.status_title, row.reason,
        str(row.submissions), row.provider_id, row.code, str(row.segments or ""), _moment(row, "gathered_at"),
        _moment(row, "submitted_at"), _moment(row, "accepted_at"), _moment(row, "delivered_at"),
    )  # fmt: skip


def _moment(row: OutboxRow, name: str) -> str:
    at = getattr(row, name)
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if at is not None else ""
