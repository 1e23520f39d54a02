"""Turn an uploaded image into a small, clean picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from PIL import Image

SIDE_PIXELS = 256
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 30_000_000  # 120 MB decoded; guards against decompression bombs
_FORMATS = ("JPEG", "PNG", "WEBP")


class UnfitPhoto(ValueError):
    """An unusable photo; the message is lazy, as it is raised in a thread without a locale."""


def small_picture(content: bytes) -> bytes:
    """Re-encode the pixels as a square WebP without metadata. Raises UnfitPhoto. Slow."""
    if len(content) > MAX_BYTES:
        raise UnfitPhoto(_l("Cette photo est trop lourde (5 Mo au plus)."))
    from PIL import Image  # megabytes, rarely needed

    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnfitPhoto(_l("Cette photo est trop grande (30 millions de pixels au plus)."))
            return _resized(image)
    except UnfitPhoto:
        raise
    except Exception as error:  # hostile files make decoders raise anything
        raise UnfitPhoto(_l("Cette image ne peut pas être lue. Envoyez une photo JPEG, PNG ou WebP.")) from error


def _resized(image: Image.Image) -> bytes:
    from PIL import Image, ImageOps

    image.draft("RGB", (2 * SIDE_PIXELS, 2 * SIDE_PIXELS))  # decodes JPEG at reduced size
    upright = ImageOps.exif_transpose(image)
    square = ImageOps.fit(upright.convert("RGBA"), (SIDE_PIXELS, SIDE_PIXELS))
    clean = Image.new("RGB", square.size, "white")
    clean.paste(square, mask=square)
    file = io.BytesIO()
    clean.save(file, "WEBP", quality=82)
    return file.getvalue()
