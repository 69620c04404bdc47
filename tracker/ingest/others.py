"""What a file is that is no photo: people name files wrongly, and downloads fail."""

from __future__ import annotations

_OTHERS = {
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript drawing",
    b"8BPS": "a Photoshop file",
    b"gimp xcf": "a GIMP file",
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL \r\n\x87\n": "a JPEG XL picture",
    b"II\xbc": "a JPEG XR picture",
    b"\0\0\1\0": "an icon",
    b"\x1aE\xdf\xa3": "a video",
    b"\0\0\1\xba": "a video",
    b"\0\0\1\xb3": "a video",
    b"0&\xb2u\x8ef\xcf\x11": "a video",
    b"FLV\1": "a video",
    b"ID3": "a sound recording",
    b"OggS": "a sound recording",
    b"fLaC": "a sound recording",
    b"PK\3\4": "a ZIP archive or an office document",
    b"PK\5\6": "an empty ZIP archive",
    b"\x1f\x8b": "a compressed archive",
    b"BZh": "a compressed archive",
    b"\xfd7zXZ\0": "a compressed archive",
    b"(\xb5/\xfd": "a compressed archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\7": "a RAR archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document or a Thumbs.db",
    b"SQLite format 3\0": "a database",
    b"bplist00": "a property list of macOS",
    b"\0\5\x16\7": "macOS's notes on a file of that name without ._",
    b"\0\5\x16\0": "macOS's notes on a file of that name without ._",
    b"-----BEGIN PGP": "an encrypted file",
    b"age-encryption.org": "an encrypted file",
    b"Salted__": "an encrypted file",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"#!": "a program",
    b"version https://git-lfs": ("a placeholder of Git LFS: fetch the photo with `git lfs pull`"),
    b"From ": "an e-mail",
    b"Return-Path:": "an e-mail",
}
_TEXTS = (
    (b"<!doctype html", "a web page, as a failed download leaves it"),
    (b"<html", "a web page, as a failed download leaves it"),
    (b"adjustmentdata", "the edit instructions of an iPhone photo (AAE)"),
    (b"<svg", "a drawing (SVG)"),
    (b"<x:xmpmeta", "an XMP sidecar"),
    (b"<?xpacket", "an XMP sidecar"),
    (b"<plist", "a property list of macOS"),
    (b"<error", "an error message, as a failed download leaves it"),
    (b"<?xml", "an XML document"),
)


def other_of(data: bytes) -> str | None:
    """What a file is that is no photo, in words for a sentence; None where that is not known."""
    for beginning, name in _OTHERS.items():
        if data.startswith(beginning):
            return name
    if data[257:262] == b"ustar":
        return "a TAR archive"
    kind = _media_of(data)
    if kind is not None:
        return kind
    if not data[:65536].strip(b"\0"):
        return "zeros alone, as a failing disk or a broken copy leaves them"
    return _text_of(data[:2048])


def _media_of(data: bytes) -> str | None:
    if data[:4] == b"RIFF":
        return {b"AVI ": "a video", b"WAVE": "a sound recording"}.get(data[8:12])
    if data[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return "a sound recording" if data[8:12] in (b"M4A ", b"M4B ") else "a video"
    packets = data[0:377:188]  # of a transport stream, as camcorders write it
    return "a video" if packets == b"GGG" else None


def _text_of(beginning: bytes) -> str | None:
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        beginning = beginning[2:].replace(b"\0", b"")
    lower = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, name in _TEXTS:
        if lower.startswith(mark) or (lower.startswith(b"<") and mark in lower):
            return name
    if sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in beginning) or len(beginning) < 4:
        return None
    try:
        beginning.decode("utf-8", "strict" if len(beginning) < 2048 else "ignore")
    except UnicodeDecodeError:
        return None
    return "a JSON document" if lower.startswith((b"{", b"[")) else "a text"
