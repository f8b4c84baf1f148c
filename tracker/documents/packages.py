"""Word, Excel and OFD files: zip packages, looked into without unpacking more than a few small parts."""

from __future__ import annotations

import io
import re
import zipfile

from tracker.domain.errors import AttachmentRefused
from tracker.domain.media_types import WORD, WORKBOOK

MOST_PARTS = 5000
MOST_BYTES = 300 * 1024**2
STEEPEST = 200  # times; sheets of zeros reach about 100
SMALL_PART = 2 * 1024**2
BROKEN = "文件打不开，可能没有传完、已损坏或设了密码。请另存一份不加密的再上传。"
MACROS = "文件里带有宏或嵌入的程序，不能上传。请另存为不含宏的 .docx 或 .xlsx 再上传。"
BOMB = "文件解压后过大，不能上传。请拆成几个文件再上传。"
EXTERNAL = "文件引用了外部模板或外部对象，不能上传。请去掉链接，另存后再上传。"

#: content type of the main part → extension, media type
OFFICE = {
    b"wordprocessingml.document.main+xml": (
        "docx", WORD),
    b"spreadsheetml.sheet.main+xml": (
        "xlsx", WORKBOOK),
}  # fmt: skip
OFD = ("ofd", "application/ofd")
ACTIVE_PART = re.compile(r"vbaproject|vbadata|activex|/embeddings/.*\.(bin|exe|ole)$|\.(exe|dll|js|vbs|ps1|bat)$")
LOCAL_PATH = re.compile(rb'target="(?:file:///)?[a-z]:')
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)


def identify(content: bytes) -> tuple[str, str]:
    """Return extension and media type of a package; raises AttachmentRefused for all that may not stay."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_shape(package)
            names = set(package.namelist())
            if "OFD.xml" in names:
                return OFD
            if "[Content_Types].xml" not in names:
                raise AttachmentRefused("不收压缩包。请把里面的文件逐个上传。")
            _check_relations(package)
            return _office_kind(_read_small(package, "[Content_Types].xml"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as problem:
        raise AttachmentRefused(BROKEN) from problem


def _check_shape(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise AttachmentRefused(BOMB)
    for part in parts:
        if part.file_size > SMALL_PART and part.file_size > STEEPEST * max(1, part.compress_size):
            raise AttachmentRefused(BOMB)
        if part.flag_bits & 1:
            raise AttachmentRefused(BROKEN)
        if part.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", part.filename):
            raise AttachmentRefused(BROKEN)
        if ACTIVE_PART.search(part.filename.lower()):
            raise AttachmentRefused(MACROS)


def _office_kind(content_types: bytes) -> tuple[str, str]:
    lowered = content_types.lower()
    if b"macroenabled" in lowered or b"vbaproject" in lowered:
        raise AttachmentRefused(MACROS)
    for main, kind in OFFICE.items():
        if main in lowered:
            return kind
    raise AttachmentRefused("只收 .docx 和 .xlsx 两种 Office 文件。请另存为其中一种再上传。")


def _check_relations(package: zipfile.ZipFile) -> None:
    """Links to web pages may stay; templates and objects fetched from elsewhere act on opening."""
    for name in package.namelist():
        if name.endswith(".rels"):
            relations = RELATION.findall(_read_small(package, name))
            if any(_fetches(relation.lower().replace(b"'", b'"')) for relation in relations):
                raise AttachmentRefused(EXTERNAL)


def _fetches(relation: bytes) -> bool:
    if b'targetmode="external"' not in relation.replace(b" ", b"") or b"/hyperlink" in relation:
        return False
    # Word notes the author's own template by its local path; that reaches nobody else.
    return not (b"/attachedtemplate" in relation and LOCAL_PATH.search(relation))


def _read_small(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        content = part.read(SMALL_PART + 1)
    if len(content) > SMALL_PART:
        raise AttachmentRefused(BOMB)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise AttachmentRefused(BROKEN)
    return content
