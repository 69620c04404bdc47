"""XMP comes from anybody: whatever stands around it is taken, and harm is refused."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.metadata import xmp

BODY = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'photoshop:DateCreated="1972-12-24" photoshop:Credit="Zoë Müller"/></rdf:RDF></x:xmpmeta>'
)
CREDIT = "{http://ns.adobe.com/photoshop/1.0/}Credit"
PACKET = f'<?xpacket begin="\ufeff" id="W5M0"?>{BODY}{" " * 2000}\n<?xpacket end="w"?>'


def day_in(data: bytes) -> date | None:
    root = xmp.parse(data)
    if root is None:
        return None
    (clue,) = xmp.clues(root)
    return clue.earliest


@pytest.mark.parametrize(
    "data",
    [
        BODY.encode(),
        PACKET.encode(),
        b"\xef\xbb\xbf" + BODY.encode(),
        PACKET.encode("utf-16"),
        b"\xfe\xff" + PACKET.encode("utf-16-be"),
        PACKET.encode("utf-16-le"),
        PACKET.encode("utf-16-be"),
        PACKET.encode() + b"\0\0\0\0",
        b"\0\0" + PACKET.encode(),
        b"http://ns.adobe.com/xap/1.0/\0" + PACKET.encode(),
        b"\r\n  " + BODY.encode().replace(b">", b">\r"),
        f'<?xml version="1.0" encoding="UTF-8"?>\n{BODY}'.encode(),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{BODY}'.encode("latin-1"),
        f"<?xml version='1.0' encoding='windows-1252'?>\n{BODY}".encode("cp1252"),
        f'<?xml version="1.0" encoding="utf-16"?>\n{BODY}'.encode("utf-16"),
        BODY.encode().replace(b"Credit", b"Credit").replace(b"Zo", b"\1Zo"),
    ],
)
def test_wrappers_marks_and_encodings_are_taken_as_programs_leave_them(data: bytes) -> None:
    assert day_in(data) == date(1972, 12, 24)
    root = xmp.parse(data)
    assert root is not None
    assert xmp.first(root, CREDIT) == "Zoë Müller"


def test_bytes_that_the_encoding_does_not_have_cost_nothing_else() -> None:
    assert day_in(BODY.encode("latin-1")) == date(1972, 12, 24)


@pytest.mark.parametrize(
    "value",
    [
        'photoshop:DateCreated="1972-12-24"/>',
        "><photoshop:DateCreated>1972-12-24</photoshop:DateCreated></rdf:Description>",
        "><photoshop:DateCreated> 1972-12-24\n</photoshop:DateCreated></rdf:Description>",
        "><photoshop:DateCreated><rdf:Seq><rdf:li>1972-12-24</rdf:li><rdf:li>2001</rdf:li>"
        "</rdf:Seq></photoshop:DateCreated></rdf:Description>",
        '><photoshop:DateCreated rdf:parseType="Resource"><rdf:value>1972-12-24</rdf:value>'
        "</photoshop:DateCreated></rdf:Description>",
    ],
)
def test_a_property_is_read_however_its_writer_spelled_it(value: str) -> None:
    data = BODY.replace('photoshop:DateCreated="1972-12-24" photoshop:Credit="Zoë Müller"/>', value)
    assert day_in(data.encode()) == date(1972, 12, 24)


LAUGHS = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<",
        b">",
        b"no markup",
        b"<a>",
        b"<a></b>",
        b"<x:a/>",
        BODY[:200].encode(),
        f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]><a>&a9;</a>'.encode(),
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b"<a>" * 40_000 + b"</a>" * 40_000,
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>" + b"<b/>" * 200_000 + b"</a>",
        b"<a>" + b"x" * 5_000_000 + b"</a>",
        b"<" * 3_000_000,
        b"\xff\xfe" + b"\0\xd8" * 1000,
        bytes(range(256)) * 100,
    ],
)
def test_what_is_no_xmp_or_means_harm_is_none_and_soon(data: bytes) -> None:
    started = time.monotonic()
    assert xmp.parse(data) is None
    assert time.monotonic() - started < 2


@given(st.binary(max_size=400), st.integers(0, len(PACKET)), st.integers(0, 20))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise(noise: bytes, at: int, cut: int) -> None:
    data = PACKET.encode()
    for mangled in (noise, data[:at] + noise + data[at + cut :], data[:at]):
        root = xmp.parse(mangled)
        if root is not None:
            xmp.clues(root)
