"""tracker db: bring the database to the state that the code expects, and check that it is there."""

import contextlib
import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import alembic.command
import alembic.config
import alembic.script
import alembic.util
import click

from tracker.bootstrap import build
from tracker.cli import preparing
from tracker.cli.configuration import load_settings
from tracker.cli.embedded import held_data_dir, start_servers
from tracker.cli.process_tree import ProcessTree
from tracker.persistence.migrating import migration_config
from tracker.settings import CHECKOUT


def alembic_config(database_url: str, output: TextIO = sys.stdout) -> alembic.config.Config:
    """Alembic's configuration from pyproject.toml, for one database."""
    return migration_config(CHECKOUT, database_url, output)


def upgrade_database(database_url: str, revision: str = "head") -> None:
    """Run the migrations that are still to run. Safe to call from several machines at once."""
    alembic.command.upgrade(alembic_config(database_url), revision)


def head_revision() -> str | None:
    """The newest migration of this code."""
    return alembic.script.ScriptDirectory.from_config(alembic_config("")).get_current_head()


def check_database(database_url: str) -> str | None:
    """Compare the database with the models; return None, or a sentence saying what differs."""
    heads = alembic.script.ScriptDirectory.from_config(alembic_config("")).get_heads()
    if len(heads) != 1:
        return f"迁移脚本应当只有一个最新版本，现在有 {len(heads)} 个：{'、'.join(heads) or '无'}。"
    try:
        alembic.command.check(alembic_config(database_url, io.StringIO()))
    except alembic.util.CommandError as problem:
        return f"数据库和程序不一致，请运行 tracker db upgrade；若已是最新，请补写迁移脚本。（{problem}）"
    return None


@click.group("db")
def db() -> None:
    """数据库结构：升级、回退、检查。"""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """把数据库结构升级到 REVISION（默认最新）。几台机器同时运行也只做一次。"""
    upgrade_database(load_settings().database_url, revision)
    click.echo("数据库结构已是所要的版本。")


@db.command()
def prepare() -> None:
    """把本版本的流程、升级规则和工作日历存入已升级的数据库；已有的不动，可以重复运行。

    tracker up 会自动完成；多机部署时在升级之后运行。
    """
    for line in preparing.prepare(load_settings(), sample=False):
        click.echo(line)
    click.echo("数据库已备好。")


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """把数据库结构回退到 REVISION，例如 -1 表示退一步。先备份；旧版本存不下的记录会拒绝回退。"""
    try:
        alembic.command.downgrade(alembic_config(load_settings().database_url), revision)
    except alembic.util.CommandError as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"数据库结构已回退到 {revision}。")


@db.command()
def current() -> None:
    """显示数据库现在的结构版本。"""
    output = io.StringIO()
    alembic.command.current(alembic_config(load_settings().database_url, output))
    click.echo(output.getvalue().strip() or "数据库里还没有任何表。请运行 tracker db upgrade。")


@db.command()
def recount() -> None:
    """重新清点任务的汇总数（总览、台账上的合计）。清点时别人暂时不能改动任务。"""
    container = build(load_settings())
    try:
        wrong = container.tallies.recount()
    finally:
        container.close()
    click.echo(f"原来相差{wrong}项，已按任务重新清点。" if wrong else "汇总数与任务一致，未作改动。")


@db.command()
@click.option("--scratch", is_flag=True, help="在一次性的内置数据库上：升级、回退到空、再升级，然后检查。")
def check(scratch: bool) -> None:
    """检查数据库结构和程序是否一致；不一致则以状态 1 退出。"""
    with scratch_database() if scratch else contextlib.nullcontext(None) as url:
        if url is not None:
            upgrade_database(url)
            alembic.command.downgrade(alembic_config(url), "base")
            upgrade_database(url)
        problem = check_database(url or load_settings().database_url)
    if problem is not None:
        raise click.ClickException(problem)
    click.echo("数据库结构和程序一致。")


@contextlib.contextmanager
def scratch_database() -> Iterator[str]:
    """Yield the address of an empty database that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="tracker-check-") as top:
        Path(top).chmod(0o711)
        data_dir = Path(top, "data")
        tree = ProcessTree()
        with held_data_dir(data_dir):
            try:
                yield start_servers(data_dir, tree, redis=False, careless=True).database_url
            finally:
                tree.stop()
