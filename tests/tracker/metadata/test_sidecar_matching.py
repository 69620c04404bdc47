from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker.ingest.formats import PHOTO_SUFFIXES
from tracker.metadata.sidecars.match import Matches, kind_of, match
from tracker.metadata.sidecars.names import STILLS, media
from tracker.metadata.sidecars.takeout_names import _original

LONG = "Screenshot_20190317-234331_Lieblingsrezepte und Einkauf"
UUID = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_"


def matched(*names: str, titles: dict[str, str] | None = None) -> dict[str, list[str]]:
    done = matches(*names, titles=titles)
    return {os.fsdecode(p): [os.fsdecode(s) for s in own] for p, own in done.of.items()}


def matches(*names: str, titles: dict[str, str] | None = None) -> Matches:
    told = {os.fsencode(name): title for name, title in (titles or {}).items()}
    return match([os.fsencode(name) for name in names], lambda name: told.get(name, ""))


@pytest.mark.parametrize(
    ("photo", "json"),
    [
        ("IMG_0001.jpg", "IMG_0001.jpg.json"),
        ("IMG_0001.JPG", "img_0001.jpg.JSON"),
        ("IMG_0001.jpg", "IMG_0001.json"),
        ("IMG_0001.jpg", "IMG_0001.jpg.supplemental-metadata.json"),
        ("IMG_0001(1).jpg", "IMG_0001.jpg(1).json"),
        ("IMG_0001(12).jpg", "IMG_0001.jpg.supplemental-metadata(12).json"),
        ("IMG_0001(1).jpg", "IMG_0001(1).jpg.json"),
        ("IMG_0001(1).jpg", "IMG_0001(1).jpg.supplemental-metadata.json"),
        ("IMG_0001(1).jpg", "IMG_0001(1).json"),
        ("IMG_0001-edited.jpg", "IMG_0001.jpg.json"),
        ("IMG_0001-edited.jpg", "IMG_0001.HEIC.supplemental-metadata.json"),
        ("IMG_0001-edited(1).jpg", "IMG_0001.jpg(1).json"),
        ("IMG_0001(1)-edited.jpg", "IMG_0001.jpg(1).json"),
        ("PXL_20230714_101502123.MP.jpg", "PXL_20230714_101502123.MP.jpg.supplemental-met.json"),
        ("DSC_0245-COLLAGE(1).jpg", "DSC_0245-COLLAGE.jpg.supplemental-metadata(1).json"),
        (f"{LONG}.jpg", f"{LONG[:46]}.json"),
        (f"{LONG}(1).jpg", f"{LONG[:46]}(1).json"),
        (f"{UUID}P.jpg", f"{UUID}.json"),
        ("IMG_0088 (1).jpeg", "IMG_0088 (1).jpeg.supplemental-metadata.json"),
        ("IMG_0899(1).HEIC", "IMG_0899.heic.supplemental-metadata(1).json"),
        ("IMG(2).jpg", "IMG.jpg(2).supplemental-metadata.json"),
        ("MVIMG_20200207_134534~2.jpg", "MVIMG_20200207_134534~2.jpg.supplemental-metad.json"),
        ("IMG-WA0122~2-edited.jpg", "IMG-WA0122~2.jpg.supplemental-metadat.json"),
        ("27_06_12 - 2.jpg", "27_06_12 - 2.json"),
        (
            "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jpg",
            "05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jp.json",
        ),
        (
            "13039_327707840323_537645323_9470255_27214_n(1).jpg",
            "13039_327707840323_537645323_9470255_27214_n.j(1).json",
        ),
        (
            "PXL_20230814_201154491.LONG_EXPOSURE-01.COVER.jpg",
            "PXL_20230814_201154491.LONG_EXPOSURE-01.COVER..json",
        ),
        (
            "Backyard_ceremony_wedding_photography_xxxxxxx_m(494).jpg",
            "Backyard_ceremony_wedding_photography_xxxxxxx_(494).json",
        ),
        (
            "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛.jpg",
            "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋.json",
        ),
        ("a,b;c=d ünïcödé 中文.jpg", "a,b;c=d ünïcödé 中文.jpg.supplemental-metadata.json"),
    ],
)
def test_a_takeouts_json_is_its_photos(photo: str, json: str) -> None:
    assert matched(photo, json) == {photo: [json]}


@pytest.mark.parametrize("length", range(22))
@pytest.mark.parametrize("number", ["", "(3)"])
def test_google_may_cut_its_supplement_anywhere(length: int, number: str) -> None:
    json = f"IMG.jpg.{'supplemental-metadata'[:length]}{number}.json"
    assert matched(f"IMG{number}.jpg", json) == {f"IMG{number}.jpg": [json]}


@pytest.mark.parametrize("length", range(1, 70))
def test_however_long_a_name_is_google_cuts_at_46_and_it_is_found(length: int) -> None:
    photo = f"{('Lieblingsfoto ' * 9)[:length]}.jpg"
    json = f"{(photo + '.supplemental-metadata')[:46]}.json"
    assert matched(photo, json) == {photo: [json]}


@pytest.mark.parametrize(
    "word",
    ["-edited", "-bearbeitet", "-modifié", "-editado", "-ha editado", "-bewerkt", "-edytowane",
     "-modificato", "-編集済み", "-effects"],
)  # fmt: skip
def test_an_edited_version_shares_its_originals_in_every_language(word: str) -> None:
    edited = f"IMG{word}.jpg"
    for name in (edited, unicodedata.normalize("NFD", edited)):
        assert matched("IMG.jpg", name, "IMG.jpg.json") == {
            "IMG.jpg": ["IMG.jpg.json"],
            name: ["IMG.jpg.json"],
        }


def test_an_edited_version_with_a_file_of_its_own_keeps_to_that() -> None:
    names = ("IMG.jpg", "IMG-edited.jpg", "IMG.jpg.json", "IMG-edited.jpg.json")
    assert matched(*names)["IMG-edited.jpg"] == ["IMG-edited.jpg.json"]


def test_of_an_edited_version_of_two_photos_the_one_of_its_kind_counts() -> None:
    names = ("IMG.HEIC", "IMG.jpg", "IMG-edited.jpg", "IMG.HEIC.json", "IMG.jpg.json")
    assert matched(*names)["IMG-edited.jpg"] == ["IMG.jpg.json"]


def test_equal_names_are_told_apart_by_their_number_on_either_side() -> None:
    assert matched(
        "DSC.JPG", "DSC(1).JPG", "DSC(2).JPG",
        "DSC.JPG.supplemental-metadata.json", "DSC.JPG(1).json", "DSC.JPG.supple(2).json",
    ) == {
        "DSC.JPG": ["DSC.JPG.supplemental-metadata.json"],
        "DSC(1).JPG": ["DSC.JPG(1).json"],
        "DSC(2).JPG": ["DSC.JPG.supple(2).json"],
    }  # fmt: skip


def test_two_exports_in_one_folder_both_speak_of_the_photo() -> None:
    names = ("IMG.jpg", "IMG.jpg.json", "IMG.jpg.supplemental-metadata.json")
    assert matched(*names) == {"IMG.jpg": list(names[1:])}


def test_a_live_photo_and_its_video_have_one_file_whichever_it_is_called_after() -> None:
    for json in ("IMG.HEIC.json", "IMG.MP4.json", "IMG.HEIC.supplemental-metadata.json"):
        assert matched("IMG.HEIC", "IMG.MP4", json) == {"IMG.HEIC": [json]}
    both = matches("IMG.HEIC", "IMG.MP4", "IMG.HEIC.json", "IMG.MP4.json")
    assert both.of == {b"IMG.HEIC": (b"IMG.HEIC.json",)}
    assert both.others == {b"IMG.MP4.json": "sidecar of a video"}


def test_a_file_that_could_be_two_photos_is_refused_and_says_so() -> None:
    done = matches("Karte.jpg", "Karte.png", "Karte.json")
    assert done.of == {}
    assert done.refused == {b"Karte.json": "It could speak of Karte.jpg or Karte.png."}


def test_the_title_inside_decides_where_names_leave_a_choice() -> None:
    json = f"{LONG[:46]}.json"
    photos = [f"{LONG} eins.jpg", f"{LONG} zwei.jpg"]
    assert matched(*photos, json) == {}
    assert matched(*photos, json, titles={json: photos[1]}) == {photos[1]: [json]}
    assert matched(*photos, json, titles={json: "something else.jpg"}) == {}
    second = f"{LONG[:46]}(1).json"
    titles = {json: photos[1], second: photos[0]}
    assert matched(*photos, json, second, titles=titles) == {
        photos[1]: [json],
        photos[0]: [second],
    }


def test_google_replaces_what_names_of_files_cannot_hold() -> None:
    json = f"{LONG[:46]}.json"
    photos = [f"{LONG} A_B.jpg", f"{LONG} C_D.jpg"]
    assert matched(*photos, json, titles={json: f"{LONG} A&B.jpg"}) == {photos[0]: [json]}


@pytest.mark.parametrize(
    ("photo", "json"),
    [
        ("IMG.jpg", "IMG.jpg(1).json"),
        ("IMG(1).jpg", "IMG.jpg.json"),
        ("IMG(1).jpg", "IMG.jpg(2).json"),
        ("IMG_1.jpg", "IMG_10.jpg.json"),
        ("IMG_10.jpg", "IMG_1.jpg.json"),
        ("IMG.png", "IMG.jpg.json"),
        ("IMG-edited.jpg", "IMG.jpg(1).json"),
        (f"{LONG}.jpg", f"{LONG[:46]}(1).json"),
        (f"{LONG}(1).jpg", f"{LONG[:46]}.json"),
        (f"{LONG}.jpg", f"{LONG[:20]}.json"),
    ],
)
def test_another_photos_json_is_not_taken(photo: str, json: str) -> None:
    done = matches(photo, json)
    assert done.of == {}
    assert set(done.others) == {json.encode()}


def test_of_photos_with_a_shortened_name_the_original_has_the_file() -> None:
    json = f"{LONG[:46]}.json"
    original, edited, live = f"{LONG}.HEIC", f"{LONG}-edited.jpg", f"{LONG}.MP4"
    assert matched(original, edited, live, json) == {original: [json], edited: [json]}


def test_a_title_without_suffix_names_the_photo_that_has_one() -> None:
    json = f"{LONG[:46]}.json"
    photos = [f"{LONG} eins.jpg", f"{LONG} zwei.jpg"]
    assert matched(*photos, json, titles={json: f"{LONG} eins"}) == {photos[0]: [json]}


def test_of_one_photo_and_two_files_cut_short_none_is_believed() -> None:
    photo = f"{LONG}.jpg"
    first, second = f"{LONG[:46]}.json", f"{LONG[:45]}.json"
    done = matches(photo, first, second)
    assert done.of == {}
    assert set(done.refused) == {first.encode(), second.encode()}


@pytest.mark.parametrize(
    "name",
    ["metadata.json", "Metadaten.json", "métadonnées.json", "metadata(1).json",
     "print-subscriptions.json", "shared_album_comments.json", "user-generated-memory-titles.json"],
)  # fmt: skip
def test_what_speaks_of_an_album_is_no_photos(name: str) -> None:
    done = matches(name, f"{name[:-5]}.jpg")
    assert done.of == {}
    assert done.others == {name.encode(): "album's description"}


def test_files_of_videos_and_of_photos_that_are_elsewhere_are_told_apart() -> None:
    done = matches("VID.mp4", "VID.mp4.json", "VID.mp4.xmp", "IMG_1.jpg.json", "b.xmp", "pkg.json")
    assert done.of == {}
    assert done.others == {
        b"VID.mp4.json": "sidecar of a video",
        b"VID.mp4.xmp": "sidecar of a video",
        b"IMG_1.jpg.json": "sidecar without its photo",
        b"b.xmp": "sidecar without its photo",
        b"pkg.json": ".json",
    }


def test_both_ways_to_call_an_xmp_are_known() -> None:
    assert matched("IMG.jpg", "IMG.jpg.xmp", "IMG.XMP") == {"IMG.jpg": ["IMG.XMP", "IMG.jpg.xmp"]}


@pytest.mark.parametrize("raw", ["IMG.CR2", "IMG.dng", "IMG.NEF"])
def test_of_a_raw_photo_and_its_jpeg_the_raw_photo_has_adobes_xmp(raw: str) -> None:
    assert matched("IMG.jpg", raw, "IMG.xmp", "IMG.jpg.xmp") == {
        raw: ["IMG.xmp"],
        "IMG.jpg": ["IMG.jpg.xmp"],
    }


def test_an_xmp_says_itself_which_of_several_it_is_for() -> None:
    names = ("IMG.jpg", "IMG.tif", "IMG.xmp")
    assert matched(*names) == {}
    assert matches(*names).refused == {b"IMG.xmp": "It could speak of IMG.jpg or IMG.tif."}
    assert matched(*names, titles={"IMG.xmp": "TIF"}) == {"IMG.tif": ["IMG.xmp"]}


def test_names_that_differ_in_case_alone_keep_their_own() -> None:
    assert matched("IMG.jpg", "img.JPG", "IMG.jpg.json", "img.JPG.json", "IMG.jpg.xmp") == {
        "IMG.jpg": ["IMG.jpg.xmp", "IMG.jpg.json"],
        "img.JPG": ["img.JPG.json"],
    }


def test_composed_and_decomposed_names_are_the_same() -> None:
    photo = unicodedata.normalize("NFD", "Müller.jpg")
    assert matched(photo, "Müller.jpg.json") == {photo: ["Müller.jpg.json"]}


def test_names_that_are_no_text_are_matched_as_well() -> None:
    done = match([b"\xff\xe9.jpg", b"\xff\xe9.jpg.json"])
    assert done.of == {b"\xff\xe9.jpg": (b"\xff\xe9.jpg.json",)}


def test_picasas_ini_speaks_of_all() -> None:
    done = matches("a.jpg", "b.jpg", ".picasa.ini", "Picasa.INI", "desktop.ini")
    assert done.shared == (b".picasa.ini", b"Picasa.INI")


def test_every_photo_that_is_read_can_have_sidecars() -> None:
    assert {suffix.decode() for suffix in PHOTO_SUFFIXES} <= STILLS


PARTS = st.sampled_from(
    ["IMG", "img", "IMG_1", "(1)", "(2)", "-edited", "-bearbeitet", ".jpg", ".JPG", ".heic", ".mp4",
     ".cr2", ".json", ".xmp", ".s", ".supplemental-metadata", ".", "x" * 44, "y", "é", "e\u0301",
     "metadata", ".picasa.ini"]
)  # fmt: skip
NAMES = st.lists(PARTS, min_size=1, max_size=6).map(lambda parts: os.fsencode("".join(parts)))
ANY_NAMES = st.one_of(
    NAMES,
    NAMES.map(lambda name: name + b".json"),
    st.binary(min_size=1, max_size=20).filter(lambda n: b"/" not in n and b"\0" not in n),
)


def said_by(titles: list[str]) -> Callable[[bytes], str]:
    return lambda name: titles[len(name) % len(titles)] if titles else ""


@settings(max_examples=400, deadline=None)
@given(
    names=st.lists(ANY_NAMES, max_size=14),
    titles=st.lists(st.one_of(st.text(max_size=60), PARTS), max_size=3),
)
@example(names=[b"a.jpg", b"A.jpg", b"a-edited.jpg", b"a.json"], titles=[])
def test_a_sidecar_is_one_photos_and_has_one_fate(names: list[bytes], titles: list[str]) -> None:
    done = match(names, said_by(titles))
    there = {name for name in names if kind_of(name)}
    own = {sidecar for files in done.of.values() for sidecar in files}
    fates = [own, set(done.shared), set(done.refused), set(done.others)]
    assert set().union(*fates) == there
    assert sum(map(len, fates)) == len(there)
    assert set(done.of) <= set(names) - there
    by_name = {m.name: m for some in media(names).by_name.values() for m in some}
    for sidecar in own:
        owners = [by_name[photo] for photo, files in done.of.items() if sidecar in files]
        originals = [m for m in owners if not _original(m)[0]]
        assert len(originals) <= 1  # the others are edited versions
        assert len({_original(m)[0] or m.numbered[0] for m in owners}) == 1
    assert all(len(set(files)) == len(files) for files in done.of.values())
    assert match(reversed(names), said_by(titles)) == done


def test_thousands_of_photos_of_one_beginning_are_matched_at_once() -> None:
    photos = [f"{UUID}P({number}).jpg" for number in range(3000)]
    own = [f"{UUID}({number}).json" for number in range(3000)]
    elsewhere = [f"{UUID}({number}).json" for number in range(3000, 6000)]
    begun = time.monotonic()
    done = matches(*photos, *own, *elsewhere, titles=dict.fromkeys(elsewhere, "another.jpg"))
    assert time.monotonic() - begun < 5
    assert len(done.of) == 3000
    assert len(done.others) == 3000
