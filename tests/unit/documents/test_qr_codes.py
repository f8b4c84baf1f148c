"""A printed code is read by a machine, also one that is turned, soiled or badly copied."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.support.qr import read_codes
from tracker.documents.word.qr_codes import draw

HELD = "https://dudao.example.gov.cn/slip#ABCDEFGHJKMNPQRSTUVW"


def code() -> Image.Image:
    return Image.open(io.BytesIO(draw(HELD))).convert("L")


def soiled(picture: Image.Image) -> Image.Image:
    side = picture.width
    ImageDraw.Draw(picture).ellipse((side * 0.4, side * 0.45, side * 0.6, side * 0.65), fill=0)
    return picture


SPOILT = {
    "as it is": lambda picture: picture,
    "turned": lambda picture: picture.rotate(17, expand=True, fillcolor=255),
    "upside down": lambda picture: picture.rotate(180),
    "copied badly": lambda picture: picture.resize((160, 160)).filter(ImageFilter.GaussianBlur(1)),
    "with a spot of ink": soiled,
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_code_says_what_it_was_drawn_from(how: str) -> None:
    assert read_codes(SPOILT[how](code())) == [HELD]
