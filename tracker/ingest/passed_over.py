"""Folders and files that a walk passes over for what they are called, and what they are.

Each is somebody's waste, or another program's copies of the photos beside it: none is a further
photo. Whatever the user names is taken all the same.
"""

from __future__ import annotations

import os

TRASH = "trash"
THUMBNAILS = "thumbnails"
CATALOGUE = "another program's catalogue"
PACKAGE = "a photo library's own files"

_TRASH = (
    ".trash", ".trashes", "$recycle.bin", "recycler", "recycled", "#recycle", "@recycle",
    "@recycle.bin", ".dtrash", ".recycle", "files_trashbin", "trash", "papierkorb", "corbeille",
    "papelera", "cestino", "prullenbak", "kosz",
    "recently deleted", "zuletzt gelöscht", "récemment supprimés", "supprimés récemment",
    "eliminado", "eliminados recientemente", "eliminati di recente", "onlangs verwijderd",
    "ostatnio usunięte", "最近削除した項目",
)  # fmt: skip
_THUMBNAILS = ("@eadir", ".thumbnails", ".thumbs", ".@__thumb", "thumbs.db")

FOLDERS: dict[bytes, str] = {
    **{name.encode(): TRASH for name in _TRASH},
    **{name.encode(): THUMBNAILS for name in _THUMBNAILS},
    b".picasaoriginals": "originals that Picasa keeps",
    b"lost+found": "lost+found",
    b"__macosx": "hidden",
    b"system volume information": "hidden",
}
"""Lower-case names of entries -> what they are."""

PACKAGES = (
    b".photoslibrary",
    b".photolibrary",
    b".migratedphotolibrary",
    b".aplibrary",
    b".migratedaplibrary",
)
"""How, in lower case, the folders end in which Photos, iPhoto and Aperture keep everything."""

ORIGINALS = frozenset((b"originals", b"masters"))
"""In lower case, what of such a folder holds the photos themselves; all else is made of them."""

_CATALOGUES = frozenset(
    b"digikam4.db digikam.db thumbnails-digikam.db recognition.db similarity.db".split()
)
_CATALOGUE_ENDS = (b".lrcat", b".lrcat-data", b".lrcat-journal", b".cocatalogdb", b".cocatalog")


def passed_over(name: bytes) -> str:
    """What an entry of this name is, where that says enough; "" where it may be of interest."""
    name = name.lower()
    if kind := FOLDERS.get(name):
        return kind
    if name.startswith(b"."):
        if name.startswith((b".trash-", b".trashed-")):
            return TRASH
        return "AppleDouble (._)" if name.startswith(b"._") else "hidden"
    if name.endswith(b".lrdata"):
        return "previews of Lightroom"
    if name in _CATALOGUES or name.endswith(_CATALOGUE_ENDS):
        return CATALOGUE
    return ""


def is_package(folder: bytes) -> bool:
    """Whether only what ORIGINALS names is to be taken of this folder."""
    name = os.path.basename(folder).lower()  # noqa: PTH119  (pathlib cannot hold bytes)
    return name.endswith(PACKAGES) or name == b"iphoto library"
