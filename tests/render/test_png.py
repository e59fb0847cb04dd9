"""The file of a picture, read back by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from lrplot.render.png import png


@pytest.mark.parametrize(("opacity", "mode"), [(255, "RGB"), (254, "RGBA")])
@pytest.mark.parametrize("high", [1, 64, 65, 200])
def test_the_pixels_come_back(opacity: int, mode: str, high: int) -> None:
    pixels = np.random.default_rng(high).integers(0, 256, (high, 7, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    pixels[-1, -1, 3] = opacity
    with Image.open(io.BytesIO(png(pixels, 150))) as picture:
        assert picture.mode == mode
        assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.02)
        np.testing.assert_array_equal(np.asarray(picture.convert("RGBA")), pixels)
