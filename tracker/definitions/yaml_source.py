"""Read a YAML file strictly: no key twice, no hidden booleans, no hours or dates turned into something else.

PyYAML reads YAML 1.1, where `on`, `off`, `yes` and `no` are booleans, 10:10 is the number 610 and 2026-05-01
a date object. Here only true and false are booleans, and only plain digits are numbers; all else stays text.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tracker.definitions.problems import Problem

_TAG = "tag:yaml.org,2002:"
_MAX_DEPTH = 30


def read_yaml(path: Path) -> tuple[object, list[Problem]]:
    """Return the file's plain content, and what is wrong with how it is written.

    With problems the content may be incomplete; it is None when the file cannot be read as YAML at all.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failed:
        return None, [Problem("", f"文件读不出来（{type(failed).__name__}），请用 UTF-8 编码保存。")]
    return parse_yaml(text)


def parse_yaml(text: str) -> tuple[object, list[Problem]]:
    """Return the plain content of `text`, and what is wrong with how it is written."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = f"第{wrong.problem_mark.line + 1}行" if wrong.problem_mark else ""
        return None, [Problem(line, f"不是正确的 YAML（{wrong.problem}），请检查缩进、冒号和引号。")]
    except yaml.YAMLError:
        return None, [Problem("", "不是正确的 YAML，含有不能出现的字符。")]
    if root is None:
        return None, [Problem("", "文件是空的。")]
    problems: list[Problem] = []
    return _plain(root, "", problems, 0), problems


def _plain(node: yaml.Node, path: str, problems: list[Problem], depth: int) -> object:
    if depth > _MAX_DEPTH:
        problems.append(Problem(path, "嵌套太深，或用锚点引用了自身。"))
        return None
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, path, problems, depth)
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(item, f"{path}.第{number}项".lstrip("."), problems, depth + 1)
            for number, item in enumerate(node.value, start=1)
        ]
    return _plain_scalar(node, path, problems)


def _plain_mapping(node: yaml.MappingNode, path: str, problems: list[Problem], depth: int) -> dict[str, object]:
    content: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(path, "键必须是一个词，不能是列表或对象。"))
            continue
        key = str(key_node.value)
        place = f"{path}.{key}".lstrip(".")
        if _is_hidden_boolean(key_node):
            problems.append(Problem(place, f"YAML 会把“{key}”读成真假值，作键时请换一个词或加引号。"))
        if key in content:
            problems.append(Problem(place, f"“{key}”写了两次，后一个会盖掉前一个，请删去一个。"))
        content[key] = _plain(value_node, place, problems, depth + 1)
    return content


def _plain_scalar(node: yaml.Node, path: str, problems: list[Problem]) -> object:
    text = str(node.value)
    kind = node.tag.removeprefix(_TAG)
    if _is_hidden_boolean(node):
        problems.append(Problem(path, f"YAML 会把“{text}”读成真假值。要文字请加引号，要真假请写 true 或 false。"))
        return text
    if kind == "bool":
        return text.casefold() == "true"
    if kind == "null":
        return None
    if kind == "int" and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", text):
        return float(text)
    return text


def _is_hidden_boolean(node: yaml.Node) -> bool:
    return node.tag == f"{_TAG}bool" and str(node.value).casefold() not in ("true", "false")
