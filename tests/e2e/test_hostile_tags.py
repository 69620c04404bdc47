"""Sidecars that no program wrote: they say nothing, and the photos are taken in all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.support.command import Outcome, tracker

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">%s]>
<x:xmpmeta xmlns:x="adobe:ns:meta/">&j;</x:xmpmeta>""" % b"".join(
    b'<!ENTITY %c "%s">' % (ord("b") + i, b"&%c;" % (ord("a") + i) * 10) for i in range(9)
)
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<x:xmpmeta xmlns:x="adobe:ns:meta/">&f;</x:xmpmeta>"""
REGION = (
    '<rdf:li mwg-rs:Name="Rosa {}"><mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.1" '
    'stArea:h="0.1"/></rdf:li>'
)
MANY = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"><mwg-rs:Regions><mwg-rs:RegionList><rdf:Bag>
 {"".join(REGION.format(i) for i in range(20_000))}
 </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF></x:xmpmeta>""".encode()

HOSTILE = {
    "laughs": LAUGHS,
    "outside": OUTSIDE,
    "deep": b"<a>" * 200_000,
    "large": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"<a/>" * 3_000_000,
    "zeros": bytes(100_000),
    "empty": b"",
    "UTF-16": "<x:xmpmeta/>".encode("utf-16"),
    "many": MANY,
}


def test_hostile_sidecars_harm_nobody(
    ingest: Callable[..., Outcome], empty: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for name, content in HOSTILE.items():
        pixels = rng.integers(0, 256, (6, 8, 3), np.uint8)
        Image.fromarray(pixels).resize((160, 120)).save(folder / f"{name}.jpg")
        (folder / f"{name}.jpg.xmp").write_bytes(content)
    (folder / ".picasa.ini").write_bytes(
        b"[Contacts2]\n1=\xff\xfe\0Rosa;;\n[empty.jpg]\nfaces=" + b"rect64(0),1;" * 100_000
    )
    told = ingest(folder, "--json")
    assert told.code == 0, told.err
    assert told.values["photos_new"] == len(HOSTILE)
    listed = tracker("tags", "list", "--json", home=empty)
    assert listed.code == 0, listed.err
    assert 900 <= len(listed.values["names"]) <= 1001
    assert not any("root:" in row["name"] for row in listed.values["names"])
