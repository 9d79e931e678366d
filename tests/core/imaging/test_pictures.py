"""Pictures of every kind are read, and every bad one is refused in plain words."""

import io
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import BrokenPictureError, HugePictureError, PictureError
from core.imaging import pictures
from core.imaging.pictures import is_picture_name, read_picture

HEIC = Path(__file__).parents[2] / "data" / "half_bright.heic"
"""Of 64 x 48 pixels, its left half is bright; made with libheif's heif-enc."""

TEXTURE = Image.fromarray(
    np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8)
)
GREY = np.tile(np.linspace(0, 255, 40).astype(np.uint8), (30, 1))


def saved(
    folder: Path, image: Image.Image, name: str = "a.png", **options: object
) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG of 1-bit pixels that claims a size and has almost no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    size = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_png_gives_the_same_pixels(tmp_path: Path, mode: str) -> None:
    """Whatever the program that saved it, a grey picture is that grey picture."""
    path = saved(tmp_path, Image.fromarray(GREY).convert(mode))

    picture = read_picture(path)

    assert picture.shape == (30, 40, 4)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[..., 0], GREY)
    assert (picture[..., 3] == 255).all()


def test_one_bit_pictures_are_black_and_white(tmp_path: Path) -> None:
    """A scan of 1 bit has the values 0 and 255, not 0 and 1."""
    path = saved(tmp_path, Image.fromarray(GREY > 127))

    np.testing.assert_array_equal(
        read_picture(path)[..., 0], np.where(GREY > 127, 255, 0)
    )


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    """Pillow's own conversion makes nearly everything white."""
    path = saved(tmp_path, Image.fromarray(GREY.astype(np.uint16) * 257))

    np.testing.assert_array_equal(read_picture(path)[..., 1], GREY)


@pytest.mark.parametrize("kind", [np.float32, np.int32, np.uint16], ids=str)
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_numbers_are_scaled_by_the_bits_that_are_in_use(
    tmp_path: Path, kind: type[np.generic], bits: int
) -> None:
    """ImageJ, MATLAB and cameras write 8 to 14 bits into files of 16 or 32."""
    numbers = np.rint(GREY * ((2**bits - 1) / 255)).astype(kind)
    name = "a.png" if kind is np.uint16 else "a.tif"

    picture = read_picture(saved(tmp_path, Image.fromarray(numbers), name))

    np.testing.assert_array_equal(picture[..., 1], GREY)


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (-1, 1), (0, 16), (0, 2.8), (-0.42, 2.82), (0, 1e-3), (0, 1e6), (-50, 0)],
)
def test_numbers_that_mean_no_range_are_scaled_by_their_own(
    tmp_path: Path, low: float, high: float
) -> None:
    """Floats run from 0 to 1 or anywhere else; scikit-learn's digits end at 16."""
    numbers = (low + GREY / 255 * (high - low)).astype(np.float32)

    picture = read_picture(saved(tmp_path, Image.fromarray(numbers), "a.tif"))

    assert np.abs(picture[..., 1].astype(int) - GREY).max() <= 1


@pytest.mark.parametrize(("full", "kind"), [(1, np.float32), (255, np.int32)])
def test_pale_ink_in_numbers_stays_pale(
    tmp_path: Path, full: int, kind: type[np.generic]
) -> None:
    """Paper without ink must not be stretched until its grain looks like ink."""
    numbers = (full * (0.7 + GREY / 2550)).astype(kind)

    picture = read_picture(saved(tmp_path, Image.fromarray(numbers), "a.tif"))

    assert 175 <= picture[..., 1].min() < picture[..., 1].max() <= 205


def test_hot_pixel_does_not_darken_the_others(tmp_path: Path) -> None:
    """A sensor has some that say 65535 whatever they see."""
    numbers = np.tile(GREY.astype(np.uint16) * 4, (10, 10))
    numbers[5, 5] = 65535

    picture = read_picture(saved(tmp_path, Image.fromarray(numbers)))[..., 1]

    assert picture[5, 5] == 255
    assert np.median(picture) == pytest.approx(np.median(GREY), abs=4)


@pytest.mark.parametrize("overshoot", [1.02, 1.09])
def test_edges_that_were_sharpened_beyond_white_are_white(
    tmp_path: Path, overshoot: float
) -> None:
    """Resampling makes 1.02 of 1, which would be black as a number of 8 bits."""
    numbers = (GREY / 255 * overshoot).astype(np.float32)

    picture = read_picture(saved(tmp_path, Image.fromarray(numbers), "a.tif"))

    assert picture[..., 1].max() == 255
    assert np.median(picture[..., 1]) > 100


def test_numbers_that_are_all_the_same_are_a_blank_picture(tmp_path: Path) -> None:
    """Nothing is divided by their range, which is none."""
    picture = saved(
        tmp_path, Image.fromarray(np.full((9, 9), -3.0, np.float32)), "a.tif"
    )

    assert (read_picture(picture)[..., :3] == 0).all()


def test_print_colours_are_read_as_screen_colours(tmp_path: Path) -> None:
    """CMYK counts ink, so its numbers run the other way."""
    path = saved(tmp_path, Image.new("CMYK", (9, 9), (0, 0, 0, 255)), "a.jpg")

    assert read_picture(path)[4, 4, :3].max() < 40


def test_transparent_palette_entries_are_transparent(tmp_path: Path) -> None:
    """Drawing programs save strokes on nothing as a palette with one clear colour."""
    image = Image.fromarray(np.eye(8, dtype=np.uint8))
    image.putpalette([255, 255, 255, 0, 0, 0])
    path = saved(tmp_path, image, transparency=0)

    alpha = read_picture(path)[..., 3]

    np.testing.assert_array_equal(alpha, np.eye(8) * 255)


def test_the_first_image_of_an_animation_is_read(tmp_path: Path) -> None:
    """One picture is asked for, and the first is what a viewer shows."""
    frames = [Image.new("L", (12, 12), tone) for tone in (10, 200)]
    path = saved(tmp_path, frames[0], "a.gif", save_all=True, append_images=frames[1:])

    assert read_picture(path)[0, 0, 0] == 10


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_a_photo_taken_sideways_is_turned_upright(tmp_path: Path, name: str) -> None:
    """Phones store the pixels as the sensor lies and say in EXIF how to turn them."""
    image = Image.new("L", (40, 20))
    image.paste(255, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path, image, name, exif=exif)

    picture = read_picture(path)[..., 0]

    assert picture.shape == (40, 20)
    assert picture[5, 10] > 240
    assert picture[35, 10] < 15


def test_an_upload_is_read_like_a_file() -> None:
    """Pages have bytes in memory, not a path."""
    upload = io.BytesIO()
    Image.fromarray(GREY).save(upload, "PNG")
    upload.seek(0)

    np.testing.assert_array_equal(read_picture(upload)[..., 2], GREY)


@pytest.mark.parametrize(
    ("name", "size"), [("a.jpg", (5000, 3000)), ("a.png", (4100, 10))]
)
def test_large_pictures_are_reduced(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    """Memory and time stay bounded, and the proportions stay."""
    height, width, _ = read_picture(saved(tmp_path, Image.new("L", size), name)).shape

    assert 1000 < max(height, width) <= 2000
    assert width / height == pytest.approx(size[0] / size[1], rel=0.4)


@pytest.mark.parametrize(
    "size", [(20_000, 20_000), (10_000, 10_000), (40_000_001, 1)], ids=str
)
def test_a_huge_picture_is_refused_before_it_is_decoded(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """A few bytes may claim to be gigabytes; who decodes these finds them broken."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(*size))

    with pytest.raises(
        HugePictureError, match=r"at most 40 million.*bomb\.png.*smaller"
    ):
        read_picture(path)


def test_a_real_picture_of_400_million_pixels_is_refused(tmp_path: Path) -> None:
    """The same with a whole and valid file, as a malicious user would send it."""
    path = saved(tmp_path, Image.new("1", (20_000, 20_000)), compress_level=1)

    with pytest.raises(HugePictureError):
        read_picture(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, I am a text file\n",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
        b"GIF89a",
        b"\xff\xd8",
    ],
    ids=["empty", "text", "png", "bmp", "gif", "jpeg"],
)
def test_a_file_that_is_no_picture_is_named_in_the_error(
    tmp_path: Path, content: bytes
) -> None:
    """The name tells which of twenty uploads is the bad one."""
    path = tmp_path / "seven.png"
    path.write_bytes(content)

    with pytest.raises(BrokenPictureError, match=r"seven\.png"):
        read_picture(path)


def test_missing_file_is_not_called_damaged(tmp_path: Path) -> None:
    """A wrong path on the command line is the commonest mistake of all."""
    with pytest.raises(PictureError, match=r"nowhere\.png.*No such file") as caught:
        read_picture(tmp_path / "nowhere.png")

    assert not isinstance(caught.value, BrokenPictureError)


def test_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's, for example."""
    path = saved(tmp_path, Image.fromarray(GREY))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(PictureError, match=r"a\.png.*Permission denied"):
        read_picture(path)


class Upload(io.BytesIO):
    """An open file that has a name, as Streamlit hands it over."""

    name = "seven.png"


@pytest.mark.parametrize("is_open", [True, False])
def test_error_names_the_file_and_no_object_of_python(
    tmp_path: Path, *, is_open: bool
) -> None:
    """`<_io.BufferedReader>` and `UploadedFile(file_id=...)` say nothing to anybody."""
    path = tmp_path / "seven.png"
    path.write_bytes(b"no picture")

    with pytest.raises(BrokenPictureError, match=r"seven\.png") as caught:
        read_picture(Upload(b"no picture") if is_open else path)

    assert not re.search(r"[<>=]|Upload|object", str(caught.value))


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("num_lost", [1, 2])
def test_jpeg_without_its_end_mark_is_read(
    tmp_path: Path, num_lost: int, *, progressive: bool
) -> None:
    """Every viewer shows it; all of its pixels are there."""
    path = saved(tmp_path, TEXTURE, "a.jpg", progressive=progressive)
    whole = read_picture(path)
    path.write_bytes(path.read_bytes()[:-num_lost])

    np.testing.assert_array_equal(read_picture(path), whole)


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_jpeg_that_breaks_off_is_refused(
    tmp_path: Path, share: float, *, progressive: bool
) -> None:
    """A grey half of a picture must not be read as if it had been photographed."""
    path = saved(tmp_path, TEXTURE, "a.jpg", progressive=progressive)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(BrokenPictureError, match=r"a\.jpg"):
        read_picture(path)


@pytest.mark.parametrize("name", ["a.heic", "a.jpg"])
def test_picture_of_a_phone_is_read(tmp_path: Path, name: str) -> None:
    """Phones photograph in HEIC, and send it under the names of other formats too."""
    path = tmp_path / name
    path.write_bytes(HEIC.read_bytes())

    picture = read_picture(path)

    assert picture.shape == (48, 64, 4)
    assert (picture[:, :30, :3] > 230).all()
    assert (picture[:, 34:, :3] < 30).all()


def test_avif_is_read(tmp_path: Path) -> None:
    """Other phones photograph in this one."""
    picture = read_picture(saved(tmp_path, Image.fromarray(GREY), "a.avif", quality=90))

    assert np.abs(picture[..., 0].astype(int) - GREY).max() < 12


def test_huge_picture_of_a_phone_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its size stands in its first bytes, as in the other formats."""
    monkeypatch.setattr(pictures, "MAX_PIXELS", 64 * 47)

    with pytest.raises(HugePictureError, match=r"64 x 48 in half_bright\.heic"):
        read_picture(HEIC)


@pytest.mark.parametrize("length", [40, 300, 500])
def test_heic_that_breaks_off_is_refused(tmp_path: Path, length: int) -> None:
    """What is left of it is no picture."""
    path = tmp_path / "five.heic"
    path.write_bytes(HEIC.read_bytes()[:length])

    with pytest.raises(BrokenPictureError, match=r"five\.heic.*damaged"):
        read_picture(path)


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_picture_of_a_phone_says_what_it_is(tmp_path: Path, brand: bytes) -> None:
    """It is not damaged, and phones send it under the names of other formats too."""
    path = tmp_path / "five.jpg"
    path.write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(40))

    with pytest.raises(BrokenPictureError, match=r"five\.jpg, a HEIC or AVIF.*damaged"):
        read_picture(path)


@pytest.mark.parametrize(
    "name", ["a.png", "a.jpg", "a.gif", "a.bmp", "a.tif", "a.webp", "a.avif"]
)
def test_damaged_bytes_never_raise_anything_else(tmp_path: Path, name: str) -> None:
    """Pillow raises a dozen kinds of errors; a page can only show ours."""
    noise = np.random.default_rng(0)
    whole = saved(
        tmp_path, Image.fromarray(noise.integers(0, 255, (24, 24, 3), np.uint8)), name
    ).read_bytes()
    path = tmp_path / f"damaged-{name}"
    refused = 0
    for _ in range(60):
        content = bytearray(whole[: noise.integers(1, len(whole) + 1)])
        for place in noise.integers(0, len(content), 4):
            content[place] = noise.integers(0, 256)
        path.write_bytes(content)
        try:
            assert read_picture(path).shape[2] == 4
        except (BrokenPictureError, HugePictureError):
            refused += 1

    assert refused > 10


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", True),
        ("B.JPEG", True),
        ("e.jfif", True),
        ("f.HEIC", True),
        ("._5.png", False),
        ("c.txt", False),
        ("png", False),
        ("d.eps", False),
    ],
)
def test_pictures_are_told_by_their_suffix(name: str, *, expected: bool) -> None:
    """A folder listing must not open every file."""
    assert is_picture_name(Path(name)) is expected
