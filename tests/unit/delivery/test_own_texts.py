"""An office's own wording: it goes before the shipped one, and what is wrong with it is said before the first message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.delivery.render import TemplateRenderer
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.messages import KINDS, sample_facts
from tracker.domain.ports import MessagePart


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(DefinitionInvalid) as problem:
        TemplateRenderer(folder)
    return str(problem.value)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_tried_out_on_its_sample(kind: str) -> None:
    assert TemplateRenderer().line(MessagePart(kind, sample_facts(kind)))


def test_an_own_text_goes_before_the_shipped_one_and_the_others_stay(tmp_path: Path) -> None:
    renderer = TemplateRenderer(
        written(tmp_path, "remind/body.txt", "{{ unit }}：{{ title }}，{{ due_on | day }}前办好。")
    )
    remind, urge = (MessagePart(kind, sample_facts(kind)) for kind in ("remind", "urge"))
    assert renderer.line(remind) == "东岭村：出租房屋排查，9月15日前办好。"
    assert renderer.line(urge) == TemplateRenderer().line(urge)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("remind/body.txt", "{{ tittle }}", "remind/body.txt：没有叫 tittle 的内容。这里可以用：campaign、"),
        ("remind/body.txt", "{% if false %}{{ phone }}{% endif %}x", "没有叫 phone 的内容"),
        ("remind/body.txt", "{{ title ", "不能用"),
        ("remind/body.txt", "{{ title.__class__.__mro__ }}", "不能用"),
        ("remind/body.txt", "{{ falls_on_rest_day }}", "要先用 is defined 判断"),
        ("remind/body.txt", "  ", "写出来是空的"),
        ("remind/body.txt", "字" * 20_001, "太长"),
        ("remnid/body.txt", "x", "没有这个用语文件。是不是 remind/body.txt？"),
        ("remind/body.txt", "{% include '/etc/passwd' %}", "不能用"),
    ],
)
def test_a_text_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, name: str, text: str, said: str) -> None:
    assert said in refused(written(tmp_path, name, text))


def test_a_file_that_is_edited_after_the_start_is_in_use_after_the_next_one(tmp_path: Path) -> None:
    renderer = TemplateRenderer(written(tmp_path, "remind/body.txt", "早：{{ title }}"))
    written(tmp_path, "remind/body.txt", "晚：{{ nobody_checked_this }}")
    written(tmp_path, "urge/body.txt", "晚")
    remind, urge = (MessagePart(kind, sample_facts(kind)) for kind in ("remind", "urge"))
    assert renderer.line(remind) == "早：出租房屋排查"
    assert renderer.line(urge) == TemplateRenderer().line(urge)


def test_a_folder_that_is_not_there_is_said_too(tmp_path: Path) -> None:
    assert "不存在" in refused(tmp_path / "none")
