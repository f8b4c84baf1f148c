"""The .docx package round a body: styles, fonts with their substitutes, headers and footers. The same paper has the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tracker.documents.word.markup import BODY, HEI, KAI, LATIN, SONG, TITLE, tag

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: The licensed fonts of the standard are named, never embedded; what stands in for them where they are missing.
SUBSTITUTES = {
    TITLE: "小标宋,FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,SimSun,Noto Serif CJK SC",
    BODY: "仿宋,FangSong,STFangsong,Noto Serif CJK SC",
    KAI: "楷体,KaiTi,STKaiti,Noto Serif CJK SC",
    HEI: "SimHei,STHeiti,Noto Sans CJK SC",
    SONG: "SimSun,STSong,Noto Serif CJK SC",
    LATIN: "Liberation Serif",
}
#: header and footer parts, by the id under which the section names them
PARTS = ("header_first", "header_default", "header_even", "footer_first", "footer_default", "footer_even")
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def relation_id(part: str) -> str:
    """Return the id of a header or footer."""
    return f"rId{PARTS.index(part) + 4}"


def section_references() -> str:
    """Return the references to every header and footer, for the section's properties."""
    return "".join(
        f'<w:{part.split("_")[0]}Reference w:type="{part.split("_")[1]}" r:id="{relation_id(part)}"/>' for part in PARTS
    )


def picture_id(number: int) -> str:
    """Return the id of a picture, counted from 1."""
    return f"rId{len(PARTS) + 3 + number}"


def pack(body: str, parts: Mapping[str, str], *, title: str, author: str, pictures: Sequence[bytes] = ()) -> bytes:
    """Return the package; `parts` are the contents of headers and footers by name, `pictures` are PNG."""
    files = {
        "[Content_Types].xml": _content_types(pictures=bool(pictures)),
        "_rels/.rels": _relations({
            "rId1": (f"{RELATION}/officeDocument", "word/document.xml"),
            "rId2": ("http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml"),
        }),
        "docProps/core.xml": _core(title, author),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/fontTable.xml": _fonts(),
        "word/_rels/document.xml.rels": _relations({
            "rId1": (f"{RELATION}/styles", "styles.xml"),
            "rId2": (f"{RELATION}/settings", "settings.xml"),
            "rId3": (f"{RELATION}/fontTable", "fontTable.xml"),
            **{relation_id(part): (f"{RELATION}/{part.split('_')[0]}", f"{part}.xml") for part in PARTS},
            **{picture_id(n): (f"{RELATION}/image", f"media/{n}.png") for n in range(1, len(pictures) + 1)},
        }),
    }  # fmt: skip
    for part in PARTS:
        name = "hdr" if part.startswith("header") else "ftr"
        files[f"word/{part}.xml"] = f"<w:{name} {NAMESPACES}>{parts[part]}</w:{name}>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            _add(package, name, (DECLARATION + content).encode())
        for number, picture in enumerate(pictures, start=1):
            _add(package, f"word/media/{number}.png", picture)
    return out.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, content)


def _content_types(*, pictures: bool) -> str:
    overrides = {
        "word/document.xml": "document.main", "word/styles.xml": "styles", "word/settings.xml": "settings",
        "word/fontTable.xml": "fontTable", **{f"word/{part}.xml": part.split("_")[0] for part in PARTS},
    }  # fmt: skip
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + ('<Default Extension="png" ContentType="image/png"/>' if pictures else "")
        + "".join(
            f'<Override PartName="/{name}" ContentType="{OFFICE_TYPE}.{kind}+xml"/>' for name, kind in overrides.items()
        )
        + '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        + "</Types>"
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def _core(title: str, author: str) -> str:
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator></cp:coreProperties>"
    )


def _styles() -> str:
    fonts = tag("rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=BODY, cs=LATIN)
    language = tag("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")
    plain = tag("rPr", fonts, tag("sz", val=32), tag("szCs", val=32), language)
    table = tag("tblPr", tag("tblCellMar", *(tag(edge, w=85, type="dxa") for edge in ("left", "right"))))
    return (
        f"<w:styles {NAMESPACES}>"
        + tag("docDefaults", tag("rPrDefault", plain), tag("pPrDefault"))
        + tag("style", tag("name", val="Normal"), tag("qFormat"), type="paragraph", default=1, styleId="Normal")
        + tag("style", tag("name", val="Normal Table"), table, type="table", default=1, styleId="TableNormal")
        + "</w:styles>"
    )


def _settings() -> str:
    compatible = tag(
        "compat",
        tag("compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15),
    )
    return f"<w:settings {NAMESPACES}>" + tag("evenAndOddHeaders") + tag("characterSpacingControl", val="compressPunctuation") + compatible + "</w:settings>"  # fmt: skip


def _fonts() -> str:
    inner = "".join(tag("font", tag("altName", val=names), name=name) for name, names in SUBSTITUTES.items())
    return f"<w:fonts {NAMESPACES}>{inner}</w:fonts>"
