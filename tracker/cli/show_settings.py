"""tracker settings: every variable as a Markdown table; the README's section 设置 is this output."""

import os

import click

from tracker.settings import describe_settings, misspelt_variables


@click.command("settings")
def settings() -> None:
    """列出全部设置：变量、默认值、说明。"""
    click.echo("| 变量 | 默认值 | 说明 |")
    click.echo("|---|---|---|")
    for each in describe_settings():
        default = f"`{each.default}`" if each.default else "（空）"
        also = f"（也可用 `{each.name}_FILE` 指定文件）" if each.secret else ""
        click.echo(f"| `{each.name}` | {default} | {each.help}{also} |")
    for sentence in misspelt_variables(os.environ):
        click.echo(sentence, err=True)
