"""QR codes in papers: drawn as PNG, set into a cell."""

from __future__ import annotations

import io

import segno

from tracker.documents.word.markup import Look, paragraph, tag

#: EMU, the unit of drawings.
MM = 36_000
SIDE_MM = 44
#: A quarter of the code may be dirty or torn.
CORRECTION = "q"
DRAWING = (
    '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{side}" cy="{side}"/><wp:docPr id="{number}" name="QR {number}" descr="{said}"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:nvPicPr><pic:cNvPr id="{number}" name="QR {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{side}" cy="{side}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
    "</pic:pic></a:graphicData></a:graphic></wp:inline>"
)


def draw(content: str) -> bytes:
    """Return the code as PNG; the same content has the same bytes."""
    out = io.BytesIO()
    segno.make_qr(content, error=CORRECTION).save(out, kind="png", scale=10, border=4)
    return out.getvalue()


def placed(number: int, relation: str) -> str:
    """Return a paragraph that shows the picture of a relation."""
    drawing = DRAWING.format(side=SIDE_MM * MM, number=number, relation=relation, said="签收用的二维码")
    return paragraph(Look(align="center"), tag("r", tag("drawing", drawing)))
