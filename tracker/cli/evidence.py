"""tracker evidence: what proves the life of a paper as one file, and checking such a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from tracker.cli.configuration import opened_container
from tracker.documents import evidence_verifier

PIECE = 1024 * 1024


@click.group()
def evidence() -> None:
    """证据包：提取一份文书的证据，核验一份证据包。"""


@evidence.command()
@click.argument("ref", metavar="文书编号")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="文件.zip")
def write(ref: str, file: Path) -> None:
    """把一份已印发文书的证据写成 ZIP，范围与发文单位可见的相同；提取会记入记录。"""
    digest = hashlib.sha256()
    with opened_container() as container:
        taken = container.evidence.take_for_operator(notice_ref=ref)
        with taken, file.open("wb") as out:
            while piece := taken.read(PIECE):
                out.write(piece)
                digest.update(piece)
    click.echo(f"已写入 {file}。SHA-256 {digest.hexdigest()}")


@evidence.command()
@click.argument("file", type=click.Path(exists=True), metavar="文件.zip")
def verify(file: str) -> None:
    """核验一份证据包，逐条说明结果；不一致时退出码为1，打不开为2。不需要数据库。"""
    code, sentences = evidence_verifier.run([file])
    click.echo("\n".join(sentences))
    if code:
        raise SystemExit(code)
