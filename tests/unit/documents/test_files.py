"""What may be attached, what is refused with which sentence, and what is left of a picture."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from tracker.documents.files import ContentFileChecker
from tracker.domain.errors import AttachmentRefused
from tracker.domain.ports import CheckedFile
from tracker.domain.secrecy import BANNER

OPEN_XML = b'<Override ContentType="application/vnd.openxmlformats-officedocument.'
WORD = OPEN_XML + b'wordprocessingml.document.main+xml"/>'
EXCEL = b'<Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
MACRO_WORD = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
AFAR = b'TargetMode="External"/>'
RELATIONS = "word/_rels/document.xml.rels"


def check(file_name: str, content: bytes) -> CheckedFile:
    return ContentFileChecker(pixel_limit=40_000_000).check(file_name=file_name, content=content)


def refusal(file_name: str, content: bytes) -> str:
    with pytest.raises(AttachmentRefused) as refused:
        check(file_name, content)
    return refused.value.sentence


def picture(size: tuple[int, int] = (64, 48), form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **options)
    return out.getvalue()


def package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few dozen bytes that claims to be this large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def test_a_photo_loses_where_and_with_what_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    stored = check("现场.jpg", picture(exif=exif, comment=b"taken at home"))
    with Image.open(io.BytesIO(stored.content)) as seen:
        assert not seen.getexif()
        assert "comment" not in seen.info
    assert b"PhoneMaker" not in stored.content


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = check("竖拍.jpg", picture((80, 40), exif=exif))
    with Image.open(io.BytesIO(stored.content)) as seen:
        assert seen.size == (40, 80)


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    stored = check("大图.jpg", picture((5000, 2500)))
    with Image.open(io.BytesIO(stored.content)) as seen:
        assert seen.size == (2560, 1280)


@pytest.mark.parametrize(
    ("form", "name", "media_type"),
    [("PNG", "截图.png", "image/png"), ("WEBP", "图.webp", "image/webp"), ("JPEG", "图.JPEG", "image/jpeg")],
)
def test_each_kind_of_picture_keeps_its_kind(form: str, name: str, media_type: str) -> None:
    assert check(name, picture(form=form)).media_type == media_type


def test_a_png_named_jpg_is_taken_under_its_true_extension() -> None:
    assert check("微信图片.jpg", picture(form="PNG")).file_name == "微信图片.png"


def test_a_see_through_png_stays_see_through() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(check("章.png", out.getvalue()).content)) as seen:
        assert seen.mode == "RGBA"


def test_sixteen_bit_grey_is_scaled_not_bleached() -> None:
    out = io.BytesIO()
    Image.new("I;16", (10, 10), 0x8000).save(out, "PNG")
    with Image.open(io.BytesIO(check("扫描.png", out.getvalue()).content)) as seen:
        assert seen.convert("L").getpixel((5, 5)) == 128


def test_a_png_of_sixty_thousand_squared_is_refused_before_it_is_unpacked() -> None:
    assert "60000×60000 像素，超过 40 百万像素" in refusal("bomb.png", huge_png(60_000, 60_000))


def test_a_photo_cut_off_on_its_way_is_refused() -> None:
    assert "没有传完或已损坏" in refusal("半张.jpg", picture((800, 800))[:600])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.txt", b"", "文件是空的"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不收网页和 SVG"),
        ("图.txt", b"\n <SVG onload=alert(1)>", "不收网页和 SVG"),
        ("页.html", b"<!doctype html><p>x", "不收网页和 SVG"),
        ("页.txt", b"<script>alert(1)</script>", "不收网页和 SVG"),
        ("数据.xml", "<数据/>".encode(), "不收网页和 SVG"),
        ("setup.exe", b"MZ\x90\x00", "不收程序文件"),
        ("照片.jpg", b"MZ\x90\x00", "不收程序文件"),
        ("run.txt", b"#!/bin/sh\n", "不收脚本文件"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "另存为 .docx"),
        ("a.zip", package({"a.txt": b"x"}), "不收压缩包"),
        ("a.rar", b"Rar!\x1a\x07", "不收压缩包"),
        ("p.heic", b"\0\0\0\x18ftypheic" + b"\0" * 20, "不收 HEIC"),
        ("v.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 20, "不收视频"),
        ("x.txt", b"ab\x00cd", "认不出"),
        ("x.bin", bytes(range(1, 256)), "认不出"),
        ("说明.pdf", b"plain words", "文件内容与名称不符"),
        ("说明.docx", b"%PDF-1.7\n", "文件内容与名称不符"),
        ("照片.pdf", picture(), "文件内容与名称不符"),
        ("无扩展名", picture(), "没有扩展名"),
    ],
)
def test_what_is_never_taken_is_refused_with_its_reason(name: str, content: bytes, said: str) -> None:
    assert said in refusal(name, content)


@pytest.mark.parametrize("name", ["绝密.txt", "机 密附件.txt", "2026年秘密会议.txt", "内部★.txt", "内部 ★材料.txt"])
def test_a_name_with_a_mark_of_secrecy_is_refused(name: str) -> None:
    assert "文件名中有密级标志" in refusal(name, b"x")
    assert BANNER in refusal(name, b"x")


def word_of(*paragraphs: str) -> dict[str, bytes]:
    body = "".join(f"<w:p><w:r><w:t>{one[:2]}</w:t></w:r><w:r><w:t>{one[2:]}</w:t></w:r></w:p>" for one in paragraphs)
    return {"[Content_Types].xml": WORD, "word/document.xml": f"<w:document>{body}</w:document>".encode()}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("方案.docx", package(word_of("000001 机密★1年", "关于印发方案的通知"))),
        ("方案.docx", package(word_of("000001", "密级：秘 密", "特急", "关于印发方案的通知"))),
        ("方案.docx", package({**word_of("正文"), "word/header1.xml": "<w:p><w:t>内部☆</w:t></w:p>".encode()})),
        ("名单.xlsx", package({"[Content_Types].xml": EXCEL,
                              "xl/sharedStrings.xml": "<sst><si><t>绝密★</t></si></sst>".encode()})),
        ("名单.xlsx", package({"[Content_Types].xml": EXCEL,
                              "xl/worksheets/sheet1.xml": "<c><is><t>机密</t></is></c><c/>".encode()})),
        ("说明.txt", "秘密★6个月\n情况说明".encode()),
        ("名单.csv", "绝密\n姓名,村\n".encode("gb18030")),
    ],
)  # fmt: skip
def test_a_file_that_carries_a_mark_of_secrecy_is_refused_with_the_standing_banner(name: str, content: bytes) -> None:
    assert "文件内容中有密级标志" in refusal(name, content)
    assert BANNER in refusal(name, content)


def test_who_writes_of_secrecy_carries_no_mark() -> None:
    told = ("关于加强保密工作的通知", "各村要严守国家秘密，机密文件按规定保管。", "★注意事项", "密级：")
    assert check("通知.docx", package(word_of(*told))).media_type.endswith("document")
    assert check("通知.txt", "\n".join(told).encode()).media_type == "text/plain"
    far_down = "\n".join([*(f"第{n}行" for n in range(20)), "秘密"])
    assert check("通知.txt", far_down.encode()).media_type == "text/plain"


@pytest.mark.parametrize(
    "body",
    [
        b"<</S /JavaScript /JS (app.alert(1))>>",
        b"<</S/Java#53cript>>",
        b"<</S/Launch/F(cmd.exe)>>",
        b"<</Names<</EmbeddedFiles 3 0 R>>>>",
        b"<</Type/ObjStm/Filter/FlateDecode>>stream\r\n" + zlib.compress(b"<</S/JavaScript>>") + b"\nendstream",
    ],
)
def test_a_pdf_that_acts_by_itself_is_refused(body: bytes) -> None:
    assert "PDF 里带有脚本" in refusal("a.pdf", b"%PDF-1.7\n" + body + b"\n%%EOF")


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    content = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"
    stored = check("方案.pdf", content)
    assert (stored.content, stored.media_type) == (content, "application/pdf")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.docx", {"[Content_Types].xml": WORD, "word/document.xml": b"<w/>"}),
        ("a.xlsx", {"[Content_Types].xml": EXCEL, "xl/workbook.xml": b"<w/>"}),
        ("a.ofd", {"OFD.xml": b"<ofd/>"}),
        ("链接.docx", {"[Content_Types].xml": WORD,
                     RELATIONS: b'<Relationship Type="x/hyperlink" Target="http://x" ' + AFAR}),
        ("模板.docx", {"[Content_Types].xml": WORD,
                     RELATIONS: b'<Relationship Type="x/attachedTemplate" Target="C:\\t.dotm" ' + AFAR}),
    ],
)  # fmt: skip
def test_office_files_are_taken(name: str, parts: dict[str, bytes]) -> None:
    assert check(name, package(parts)).file_name == name


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"[Content_Types].xml": WORD, "word/vbaProject.bin": b"x"}, "带有宏"),
        ({"[Content_Types].xml": MACRO_WORD}, "带有宏"),
        ({"[Content_Types].xml": WORD, "word/embeddings/oleObject1.bin": b"x"}, "带有宏"),
        ({"[Content_Types].xml": WORD,
          RELATIONS: b'<Relationship Type="x/attachedTemplate" Target="http://e/t.dotm" ' + AFAR},
         "外部模板"),
        ({"[Content_Types].xml": WORD,
          RELATIONS: b"<Relationship TargetMode = 'External' Target='http://evil/o' Type='http://x/oleObject'/>"},
         "外部模板"),
        ({"[Content_Types].xml": WORD, "word/media/x": b"\0" * 30_000_000}, "解压后过大"),
        ({"[Content_Types].xml": b"<!DOCTYPE x>" + WORD}, "打不开"),
        ({"[Content_Types].xml": WORD, "../../etc/passwd": b"x"}, "打不开"),
        ({"[Content_Types].xml": b"presentationml"}, "只收 .docx 和 .xlsx"),
    ],
)  # fmt: skip
def test_office_files_with_something_in_them_are_refused(parts: dict[str, bytes], said: str) -> None:
    assert said in refusal("a.docx", package(parts))


def test_an_excel_file_named_word_is_refused() -> None:
    assert "文件内容与名称不符" in refusal("a.docx", package({"[Content_Types].xml": EXCEL}))


def test_a_broken_package_is_refused() -> None:
    assert "打不开" in refusal("a.docx", package({"[Content_Types].xml": WORD})[:40])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_taken_as_offices_write_it(encoding: str) -> None:
    stored = check("名单.csv", "村,户数\r\n东一村,12\r\n".encode(encoding))
    assert (stored.media_type, stored.file_name) == ("text/csv", "名单.csv")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/东 一村.txt", "东 一村.txt"),
        ("C:\\用户\\照片.txt", "照片.txt"),
        ("换\r\n行.txt", "换行.txt"),
        ("\u202egpj.txt", "gpj.txt"),
        ('a"b<c>.txt', "a_b_c.txt"),
        ("...txt", "附件.txt"),
        ("长" * 200 + ".txt", "长" * 80 + ".txt"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert check(name, "内容".encode()).file_name == safe
