"""How the doctors of the command line say what they found."""

from __future__ import annotations

from collections.abc import Iterable

import click

from tracker.domain.remarks import Remark, Weight

SIGNS = {Weight.GOOD: "✓", Weight.WARN: "!", Weight.BAD: "✗"}


def say(remarks: Iterable[Remark]) -> None:
    """Print each remark. Raises ClickException, and so status 1, when one of them is bad."""
    said = list(remarks)
    for one in said:
        click.echo(f"{SIGNS[one.weight]} {one.sentence}{one.advice}")
    if any(one.weight is Weight.BAD for one in said):
        raise click.ClickException("有问题需要处理，见上面带 ✗ 的行。")
