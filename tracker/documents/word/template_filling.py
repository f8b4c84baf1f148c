"""Filling a template with docxtpl in the cut-down sandbox, and saying what is wrong with one. Runs in the child only."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from lxml.etree import LxmlError

from tracker.documents.word.template_places import Tag, find_tags, read, read_words
from tracker.documents.word.template_sandbox import FILTERS, PlainEnvironment

FILLING_ERRORS = (TemplateError, LxmlError, OpcError, TypeError, ValueError, LookupError, AttributeError, RecursionError)  # fmt: skip
ATTRIBUTE = re.compile(r"has no (?:attribute|element) '([^']+)'")
FORBIDDEN = re.compile(r"[()\[\]*/%+]|__|(?<!\w)-")


def fill(template: io.BytesIO, values: Mapping[str, Any]) -> bytes:
    """Return the filled document; raises one of FILLING_ERRORS."""
    document = DocxTemplate(template)
    document.render(dict(values), jinja_env=PlainEnvironment(), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def problems_of(template: bytes, values: Mapping[str, Any], *, required: Sequence[str]) -> list[str]:
    """Return everything that can be said of a template before it is filled, each with its place."""
    try:
        tags = find_tags(read(io.BytesIO(template)))
    except FILLING_ERRORS:
        return ["模板打不开。请用 Word 打开后另存为 .docx 再传。"]
    environment = PlainEnvironment()
    problems = [problem for tag in tags if (problem := _unreadable(environment, tag))]
    if problems:
        return problems
    try:
        named = DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables(environment)
    except TemplateSyntaxError as wrong:
        return explained(template, wrong)
    except FILLING_ERRORS as wrong:
        return explained(template, wrong)
    problems = [_unknown(name, tags, values) for name in sorted(named - values.keys())]
    problems += [f"缺少占位符 {{{{ {name} }}}}，{WHY[name]}" for name in required if name not in named]
    return problems


def not_shown(written: bytes, must_show: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a sentence for each placeholder whose words do not stand in the document that was filled with them."""
    document = re.sub(r"\s", "", read_words(read(io.BytesIO(written))))
    return [
        f"模板里有占位符 {{{{ {name} }}}}，但排出来的文书里没有它的内容（可能写在了条件里，或只作了判断）。{WHY[name]}"
        for name, texts in must_show.items()
        if not all(re.sub(r"\s", "", text) in document for text in texts)
    ]


WHY = {
    "标题": "文书要有标题。", "文号": "印发后的文号要印出来。", "主送": "要写明发给谁。", "正文": "批准的正文要印出来。",
    "事项": "批准的事项要逐项印出来。", "回复要求": "何时回复、多久不签收视为收到要印出来。",
    "标记": "草稿、作废要靠它印出来，否则草稿看起来像正式文书。",
}  # fmt: skip


def explained(template: bytes, wrong: BaseException) -> list[str]:
    """Return an error of filling as sentences, with the places that it can come from."""
    try:
        tags = find_tags(read(io.BytesIO(template)))
    except FILLING_ERRORS:
        tags = []
    message = str(wrong)
    if isinstance(wrong, SecurityError):
        return _at([tag for tag in tags if FORBIDDEN.search(tag.inner)], "用了模板里不允许的写法（函数、方法、运算、下划线开头的名称），只能写占位符、循环和条件")  # fmt: skip
    if isinstance(wrong, UndefinedError):
        found = ATTRIBUTE.search(message)
        name = found[1] if found else message.split("'")[1] if "'" in message else ""
        return _at([tag for tag in tags if tag.names(name)], f"没有“{name}”这一项")
    if isinstance(wrong, TemplateSyntaxError):
        return _at([tag for tag in tags if tag.is_statement], "{% … %} 没有配对或写法不对（每个 for、if 要有自己的 endfor、endif）")  # fmt: skip
    return [
        "模板排不出来，可能占位符把段落或表格的结构弄断了。循环请写成 {%p for … %}（整段）或 {%tr for … %}（整行）。"
    ]


def _unreadable(environment: PlainEnvironment, tag: Tag) -> str:
    """Return what is wrong with a tag by itself; statements can only be judged together."""
    if "__" in tag.inner:
        return f"{tag.place}：“{tag.text}”里有不允许的名称（双下划线）。"
    if tag.is_statement:
        return ""
    try:
        environment.from_string("{{" + _straight(tag.inner) + "}}")
    except TemplateSyntaxError as wrong:
        filtered = "No filter named" in str(wrong)
        why = f"过滤器只能用：{'、'.join(FILTERS)}" if filtered else "写法不对，占位符要写成 {{ 名称 }}"
        return f"{tag.place}：“{tag.text}”{why}。"
    return ""


def _straight(text: str) -> str:
    for typed, plain in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        text = text.replace(typed, plain)
    return text


def _unknown(name: str, tags: Sequence[Tag], values: Mapping[str, Any]) -> str:
    places = [tag for tag in tags if tag.names(name)]
    near = next((one for one in values if set(one) & set(name) and abs(len(one) - len(name)) <= 2), "")
    hint = f"是不是“{near}”？" if near else f"可以用的有：{'、'.join(values)}。"
    where = f"{places[0].place}：“{places[0].text}”" if places else ""
    return f"{where}里的“{name}”不是系统给出的名称。{hint}"


def _at(tags: Sequence[Tag], sentence: str) -> list[str]:
    if not tags:
        return [f"模板{sentence}。"]
    return [f"{tag.place}：“{tag.text}”{sentence}。" for tag in tags[:5]]
