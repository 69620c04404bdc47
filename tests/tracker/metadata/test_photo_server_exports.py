"""Who is in which photo, as Immich and PhotoPrism tell it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import UsageError
from tracker.metadata.exports import read

FACE = {
    "id": "9f",
    "imageWidth": 1440,
    "imageHeight": 1080,
    "boundingBoxX1": 144,
    "boundingBoxY1": 216,
    "boundingBoxX2": 288,
    "boundingBoxY2": 432,
    "sourceType": "machine-learning",
}

ASSET = {
    "id": "3fa85f64",
    "type": "IMAGE",
    "originalPath": "upload/library/admin/2019/2019-07-03/IMG_0001.JPG",
    "originalFileName": "IMG_0001.JPG",
    "exifInfo": {"exifImageWidth": 4000, "exifImageHeight": 3000, "fileSizeInByte": 1234567},
    "people": [
        {"id": "p1", "name": "Oma Rosa", "birthDate": None, "isHidden": False, "faces": [FACE]},
        {"id": "p2", "name": "", "faces": [FACE]},
        {"id": "p3", "name": "Karl", "faces": []},
    ],
    "unassignedFaces": [],
}

MARKER = {"UID": "m1", "Type": "face", "Src": "image", "X": 0.1, "Y": 0.2, "W": 0.1, "H": 0.2}

PHOTO = {
    "UID": "ps6",
    "Path": "2019/07",
    "OriginalName": "IMG_0001",
    "Files": [
        {
            "Name": "2019/07/20190703_101112_ABC.jpg",
            "Root": "/",
            "OriginalName": "Urlaub/IMG_0001.JPG",
            "Size": 1234567,
            "Width": 4000,
            "Height": 3000,
            "Markers": [
                {**MARKER, "Name": "Oma Rosa"},
                {**MARKER, "Name": ""},
                {**MARKER, "Name": "Sign", "Type": "label"},
                {**MARKER, "Name": "Wrong", "Invalid": True},
            ],
        }
    ],
}

BOX = (pytest.approx((0.1, 0.2, 0.2, 0.4)),)


def data(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "wrapped",
    [
        data(ASSET),
        data([ASSET]),
        data({"assets": {"total": 1, "items": [ASSET], "nextPage": None}}),
        data({"albumName": "Urlaub", "assets": [ASSET]}),
        b"\n".join([data(ASSET), data({"type": "SyncAckV1"})]),
        data(ASSET).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + data(ASSET),
    ],
    ids=["asset", "list", "search", "album", "lines", "UTF-16", "BOM"],
)
def test_immichs_people_are_read_however_they_are_wrapped(wrapped: bytes) -> None:
    (photo,) = read(wrapped, "immich.json")
    assert [path.name for path in photo.paths] == ["IMG_0001.JPG", "IMG_0001.JPG"]
    assert (photo.byte_size, photo.size) == (1234567, (4000, 3000))
    rosa, karl = photo.tags
    assert (rosa.name, rosa.standard, rosa.program, rosa.boxes) == (
        "Oma Rosa",
        "immich",
        "Immich",
        BOX,
    )
    assert (karl.name, karl.boxes) == ("Karl", ())


def test_photoprisms_markers_are_read_from_their_corner() -> None:
    (photo,) = read(data([PHOTO]), "prism.json")
    assert [path.name for path in photo.paths] == [
        "20190703_101112_ABC.jpg",
        "IMG_0001.JPG",
        "IMG_0001",
    ]
    (rosa,) = photo.tags
    assert (rosa.name, rosa.standard, rosa.boxes) == ("Oma Rosa", "photoprism", BOX)


def test_faces_on_a_picture_made_of_a_raw_photo_are_the_raw_photos() -> None:
    made = {**PHOTO["Files"][0], "Name": "2019/IMG_1.HEIC.jpg", "Root": "sidecar"}
    own = {"Name": "2019/IMG_1.HEIC", "Root": "/", "Size": 7, "Width": 4000, "Height": 3000}
    (photo,) = read(data({"Files": [made, own]}), "prism.json")
    assert photo.paths[0].name == "IMG_1.HEIC"
    assert photo.byte_size == 7
    assert len(photo.tags) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff\xe0 a photo",
        b"{}",
        b"[1, 2]",
        b"not json",
        b"null\nnull\nnull",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        data({"type": "FeatureCollection"}),
    ],
)
def test_any_other_file_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(UsageError) as refused:
        read(content, "file.json")
    assert "file.json" in str(refused.value)
    assert "docs/tags.md" in str(refused.value.hint)


@pytest.mark.parametrize(
    "wrong",
    [
        {"imageWidth": 0},
        {"imageWidth": None},
        {"imageWidth": "wide"},
        {"boundingBoxX1": 10**400},
        {"boundingBoxX1": float("nan")},
        {"boundingBoxX2": -5},
        {"boundingBoxY1": []},
    ],
)
def test_a_box_that_is_none_leaves_the_name(wrong: dict[str, Any]) -> None:
    people = [{"name": "Rosa", "faces": [{**FACE, **wrong}]}]
    (photo,) = read(data({**ASSET, "people": people}), "x.json")
    assert [(tag.name, tag.boxes) for tag in photo.tags] == [("Rosa", ())]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("originalFileName", "originalPath", "people", "faces", "name", "exifInfo"),
                    *("Files", "Markers", "Name", "Type", "X", "Root", "Size", "imageWidth"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(values)
def test_no_json_makes_it_fail_otherwise(value: object) -> None:
    with contextlib.suppress(UsageError):
        read(data(value), "x.json")
