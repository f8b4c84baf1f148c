"""Pictures are written anew: turned upright, made smaller, without place, camera and comments."""

from __future__ import annotations

import io
import struct

from PIL import Image, ImageOps, UnidentifiedImageError

from tracker.domain.errors import AttachmentRefused

LONGEST_SIDE = 2560
FORMATS = {"JPEG": ("JPEG", "jpg", "image/jpeg"), "MPO": ("JPEG", "jpg", "image/jpeg"),
           "PNG": ("PNG", "png", "image/png"), "WEBP": ("WEBP", "webp", "image/webp")}  # fmt: skip
SAVING: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 85, "method": 4},
}
BROKEN = "图片打不开，可能没有传完或已损坏。请重新拍摄或重新选择。"

UNREADABLE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, EOFError, OverflowError, struct.error,
)  # fmt: skip

# Pillow's own limit is one for the whole process; ours is checked below, right after the header is read.
Image.MAX_IMAGE_PIXELS = None


def rewrite(content: bytes, *, pixel_limit: int) -> tuple[bytes, str, str]:
    """Return the picture as it will be stored, its extension and its media type.

    The size is read from the header and checked before anything is decoded, so a small file that unpacks into
    gigabytes costs nothing. Raises AttachmentRefused.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            _check_size(picture, pixel_limit)
            saved_as, extension, media_type = FORMATS[picture.format or "JPEG"]
            clean = _clean(picture, saved_as)
    except UNREADABLE as problem:
        raise AttachmentRefused(BROKEN) from problem
    written = io.BytesIO()
    clean.save(written, format=saved_as, **SAVING[saved_as])
    return written.getvalue(), extension, media_type


def _check_size(picture: Image.Image, pixel_limit: int) -> None:
    width, height = picture.size
    if width * height > pixel_limit:
        raise AttachmentRefused(
            f"图片有 {width}×{height} 像素，超过 {pixel_limit // 1_000_000} 百万像素的上限。请缩小后再上传。"
        )


def _clean(picture: Image.Image, saved_as: str) -> Image.Image:
    """Return the pixels alone: EXIF, comments and profiles hang on `info`, which a new picture lacks."""
    if saved_as == "JPEG":
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    mode = "RGBA" if saved_as != "JPEG" and picture.has_transparency_data else "RGB"
    # Forty million pixels are 160 MB; a copy is made only where it must be.
    pixels = picture if picture.mode == mode else _eight_bit(picture).convert(mode)
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    return clean


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Scans come with 16 bits of grey, which Pillow would clip to white instead of scaling."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture
