"""What a Word template may not carry, seen without opening it in Word's way: fields that fetch, objects, large pictures."""

from __future__ import annotations

import io
import re
import zipfile

from PIL import Image

from tracker.documents.packages import identify
from tracker.domain.errors import AttachmentRefused, TemplateRefused

MOST_BYTES = 3 * 1024**2
MOST_PART = 8 * 1024**2
MOST_UNPACKED = 24 * 1024**2
MOST_PICTURE = 1024**2
MOST_PIXELS = 12_000_000
WORD = "docx"
MEDIA = re.compile(r"word/media/[^/]+\.(\w+)$", re.IGNORECASE)
PICTURES = frozenset({"png", "jpg", "jpeg"})
#: What a template has no use for and what acts or fetches when it is opened.
FIELD = re.compile(r"<w:instrText[^>]*>(.*?)</w:instrText>", re.DOTALL)
SIMPLE_FIELD = re.compile(r"<w:fldSimple[^>]*w:instr=\"([^\"]*)\"")
FETCHING = re.compile(r"\b(INCLUDEPICTURE|INCLUDETEXT|INCLUDE|DDEAUTO|DDE|LINK|IMPORT|DATABASE|RD|MACROBUTTON)\b", re.IGNORECASE)  # fmt: skip
FOREIGN = re.compile(r"<(?:w:altChunk|w:subDoc|o:OLEObject|w:object|w:control)\b")


def check_package(template: bytes) -> None:
    """Raise TemplateRefused unless these bytes are a plain .docx of modest size that fetches nothing."""
    if len(template) > MOST_BYTES:
        raise TemplateRefused(
            [f"模板有{_megabytes(len(template))}，上限是{_megabytes(MOST_BYTES)}。请在 Word 里“压缩图片”后另存再传。"]
        )
    try:
        kind, _ = identify(template)
    except AttachmentRefused as refused:
        raise TemplateRefused([refused.sentence]) from refused
    if kind != WORD:
        raise TemplateRefused(["模板要是 Word 文件（.docx）。"])
    with zipfile.ZipFile(io.BytesIO(template)) as package:
        # The sizes in the directory were checked; what is read here is bounded all the same, as they may lie.
        if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED:
            raise TemplateRefused(["模板解压后过大，不能用。请删去无关内容后另存再传。"])
        problems = [problem for part in package.infolist() for problem in _problems(package, part)]
    if problems:
        raise TemplateRefused(list(dict.fromkeys(problems)))


def _problems(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[str]:
    content = _read(package, part)
    if content is None:
        return ["模板解压后过大，不能用。请删去无关内容后另存再传。"]
    media = MEDIA.match(part.filename)
    if media or part.filename.lower().startswith("word/media/"):
        return _picture(part.filename.rsplit("/", 1)[-1], media[1].lower() if media else "", content)
    return _xml(content) if part.filename.endswith(".xml") else []


def _xml(content: bytes) -> list[str]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return ["模板文件的内部写法不正常（带有 DOCTYPE 或 ENTITY），不能用。请用 Word 重新另存。"]
    text = content.decode("utf-8", "replace")
    found = []
    # A field's words may be cut into several runs.
    fields = " ".join((*FIELD.findall(text), "".join(FIELD.findall(text)), *SIMPLE_FIELD.findall(text)))
    if (named := FETCHING.search(fields)) is not None:
        found.append(
            f"模板里有会取外部内容的域“{named[1].upper()}”，不能用。请选中它按 Ctrl+Shift+F9 变成普通文字或图片。"
        )
    if FOREIGN.search(text):
        found.append("模板里有嵌入的对象、控件或子文档，不能用。请删去后再传。")
    return found


def _picture(name: str, extension: str, content: bytes) -> list[str]:
    if extension not in PICTURES:
        return [f"模板里的图片“{name}”不是 PNG 或 JPG。请换成这两种再插入。"]
    if len(content) > MOST_PICTURE:
        return [f"模板里的图片“{name}”有{_megabytes(len(content))}，上限是{_megabytes(MOST_PICTURE)}。每份文书都要带上它，请在 Word 里“压缩图片”后再传。"]  # fmt: skip
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError):
        return [f"模板里的图片“{name}”打不开，可能已损坏。请重新插入。"]
    if width * height > MOST_PIXELS:
        return [f"模板里的图片“{name}”有{width}×{height}像素，太大了。请缩小后再插入。"]
    return []


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes | None:
    with package.open(part) as content:
        read = content.read(MOST_PART + 1)
    return read if len(read) <= MOST_PART else None


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f}".removesuffix(".0") + " MB"
