"""Photo libraries as people have them: real file names, real metadata, and the truth of each.

Every builder takes an empty folder and gives a `Library`; `faces=True` draws people where without
it there are only plain, small pictures. The same call makes the same bytes.
"""

from __future__ import annotations

from tests.support.libraries.apple import apple_export
from tests.support.libraries.digikam import digikam
from tests.support.libraries.lightroom import lightroom
from tests.support.libraries.phone import phone
from tests.support.libraries.picasa import picasa
from tests.support.libraries.scans import scans
from tests.support.libraries.takeout import takeout
from tests.support.libraries.truth import Library, Named, TruePhoto
from tests.support.libraries.whatsapp import whatsapp

ALL = (takeout, apple_export, digikam, lightroom, whatsapp, picasa, scans, phone)

__all__ = [
    "ALL",
    "Library",
    "Named",
    "TruePhoto",
    "apple_export",
    "digikam",
    "lightroom",
    "phone",
    "picasa",
    "scans",
    "takeout",
    "whatsapp",
]
