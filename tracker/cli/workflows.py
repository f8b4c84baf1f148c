"""`tracker workflows`: check, list and draw the workflow files."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.definitions.catalog import SHIPPED, load_catalog
from tracker.definitions.drawing import draw_workflow
from tracker.definitions.problems import unknown

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def workflows() -> None:
    """检查、列出、画出流程文件。"""


@workflows.command()
@click.argument("folder", type=_FOLDER, default=SHIPPED)
def check(folder: Path) -> None:
    """检查 FOLDER 里的全部流程和升级规则（默认为随软件附带的）。

    有错时逐条列出文件、位置、原因和最接近的正确写法，并以状态 1 退出；不改动任何东西。
    """
    catalog = load_catalog(folder)
    click.echo(f"全部正确：{len(catalog.workflows)} 个流程，{len(catalog.ladders)} 个升级规则。")


@workflows.command("list")
@click.option("--folder", type=_FOLDER, default=SHIPPED, help="流程文件夹（默认为随软件附带的）。")
def list_workflows(folder: Path) -> None:
    """列出流程和升级规则：键、版本、名称。"""
    catalog = load_catalog(folder)
    for workflow in catalog.workflows.values():
        kind = "文书" if workflow.paper else "任务"
        click.echo(f"{workflow.key:<22} v{workflow.version:<3} {kind}  {workflow.title}")
    for ladder in catalog.ladders.values():
        click.echo(f"ladders/{ladder.key:<14} v{ladder.version:<3} 升级  {ladder.title}（{len(ladder.rungs)}级）")


@workflows.command()
@click.argument("key")
@click.option("--folder", type=_FOLDER, default=SHIPPED, help="流程文件夹（默认为随软件附带的）。")
def draw(key: str, folder: Path) -> None:
    """把流程 KEY 画成 Mermaid 状态图（stateDiagram-v2），写到标准输出。"""
    catalog = load_catalog(folder)
    if key not in catalog.workflows:
        raise click.ClickException(unknown("流程", key, catalog.workflows))
    click.echo(draw_workflow(catalog.workflows[key]), nl=False)
