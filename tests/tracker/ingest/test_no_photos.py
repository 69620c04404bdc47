"""A file that is no photo is refused with what it is, whatever it is called."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

import pytest
from PIL import Image

from tests.support.dng import dng
from tracker.errors import PhotoRejected
from tracker.ingest import decode, formats
from tracker.ingest.others import other_of


def rejected(data: bytes) -> PhotoRejected:
    with pytest.raises(PhotoRejected) as caught:
        decode.decode(decode.Content(data, ""), max)
    assert str(caught.value).endswith(".")
    return caught.value


def archive(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("photo.jpg", b"x" * 100)
    else:
        with tarfile.open(fileobj=file, mode="w") as tape:
            tape.addfile(tarfile.TarInfo("photo.jpg"))
    return file.getvalue()


AAE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/x.dtd">
<plist version="1.0"><dict><key>adjustmentBaseVersion</key><integer>0</integer>
<key>adjustmentData</key><data>rVVtT9swEP4rU</data></dict></plist>"""

KINDS = {
    "video": [
        struct.pack(">I", 24) + b"ftypmp42" + bytes(12) + b"mdat" + bytes(200),
        struct.pack(">I", 20) + b"ftypqt  " + bytes(8) + bytes(200),
        struct.pack(">I", 24) + b"ftyp3gp5" + bytes(212),
        b"RIFF" + struct.pack("<I", 300) + b"AVI LIST" + bytes(292),
        b"\x1aE\xdf\xa3" + bytes(300),
        b"\0\0\1\xba" + bytes(300),
        (b"G" + bytes(187)) * 5,
        b"0&\xb2u\x8ef\xcf\x11" + bytes(100),
    ],
    "sound": [b"ID3\4" + bytes(100), b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(50)],
    "PDF": [b"%PDF-1.7\n%\xe2\xe3" + bytes(100)],
    "PostScript": [b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"],
    "SVG": [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="9"/>',
    ],
    "web page": [
        b"<!DOCTYPE html><html><title>404</title></html>",
        b"\xef\xbb\xbf\r\n <HTML><body>Not found</body></HTML>",
        b"<html><script>alert(1)</script></html>",
    ],
    "error message": [b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
    "ZIP": [archive("zip")],
    "TAR": [archive("tar")],
    "archive": [gzip.compress(b"photo"), b"7z\xbc\xaf\x27\x1c" + bytes(50)],
    "Photoshop": [b"8BPS\0\1" + bytes(60)],
    "JPEG XL": [b"\xff\x0a" + bytes(60), b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60)],
    "Git LFS": [b"version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 5\n"],
    "encrypted": [b"-----BEGIN PGP MESSAGE-----\n", b"age-encryption.org/v1\n-> X", b"Salted__ab"],
    "AAE": [AAE],
    "XMP sidecar": [b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', b'<?xpacket begin=""?><x:xmpmeta/>'],
    "JSON": [b'{"title": "IMG_1.jpg"}', b"[1, 2]"],
    "a text": [b"Dear Grandma,\n", "Grüße\n".encode() * 900],
    "zeros": [bytes(5000), bytes(300_000)],
    "macOS": [b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(60), b"bplist00\xd1" + bytes(40)],
    "database": [b"SQLite format 3\0" + bytes(80)],
    "program": [b"MZ\x90\0" + bytes(60), b"\x7fELF\2\1" + bytes(60)],
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_file_is_that_is_no_photo_is_told(kind: str) -> None:
    for data in KINDS[kind]:
        problem = rejected(data)
        assert problem.code == "not-a-photo"
        assert kind in str(problem)


BEGINNINGS = {
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 ",
    "GIF": b"GIF89a\x10\0\x10\0",
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
    "TIFF": b"II*\0\x08\0\0\0",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "BMP": b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
}


@pytest.mark.parametrize("name", BEGINNINGS)
@pytest.mark.parametrize("rest", [0, 20, 5000])
def test_what_only_begins_like_a_photo_is_called_damaged_or_cut_short(name: str, rest: int) -> None:
    data = BEGINNINGS[name] + bytes(rest)
    assert formats.format_of(data) == name
    problem = rejected(data)
    assert problem.code in {"damaged", "truncated"}
    assert name in str(problem)


def test_a_kind_of_tiff_that_is_not_read_is_not_called_damaged() -> None:
    import numpy as np
    import tifffile  # scikit-image needs it

    file = io.BytesIO()
    tifffile.imwrite(file, np.ones((20, 30, 3), np.float32), photometric="rgb")
    problem = rejected(file.getvalue())
    assert (problem.code, "export it as a JPEG" in str(problem)) == ("unsupported", True)
    assert rejected(file.getvalue()[:100]).code == "damaged"


def test_codecs_write_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    file = io.BytesIO()
    noise = Image.effect_noise((90, 90), 50)
    noise.save(file, "TIFF", compression="tiff_adobe_deflate")
    data = bytearray(file.getvalue())
    data[20:4000] = bytes(3980)
    rejected(bytes(data))
    rejected(dng()[:25_000])
    assert capfd.readouterr().err == ""


def test_no_photo_is_taken_for_something_else() -> None:
    image = Image.new("RGB", (20, 20))
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP", "JPEG2000"):
        file = io.BytesIO()
        image.save(file, kind)
        data = file.getvalue()
        assert formats.format_of(data) is not None
        assert kind == "AVIF" or other_of(data) is None  # asked of others only


def test_suffixes_are_lower_case_and_have_their_point() -> None:
    for suffix in formats.PHOTO_SUFFIXES:
        assert suffix.startswith(b".")
        assert suffix == suffix.lower()
    assert {
        b".jpg",
        b".heic",
        b".bmp",
        b".gif",
        b".dng",
        b".cr3",
        b".nef",
    } <= formats.PHOTO_SUFFIXES
