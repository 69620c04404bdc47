"""A box of the grandparents' prints, scanned: the files are dated, the pictures are not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries.truth import Library, Shelf, Shot

SCANNER = {"make": "EPSON", "model": "Perfection V600", "software": "EPSON Scan"}
PRINT = b"\x02"
"""FileSource of a scanner that scans prints."""

SCANNED = "2019:03:02 10:15:12"


def scans(folder: Path, *, faces: bool = False) -> Library:
    """Folders that say when it was, more or less, and one that does not."""
    shelf = Shelf(folder, faces)
    scan = {"taken": SCANNED, "file_source": PRINT, **SCANNER}
    year = (date(1972, 1, 1), date(1972, 12, 31))
    for number, people in enumerate((("Oma Rosa",), ("Oma Rosa", "Opa Karl"))):
        shelf.photo(
            f"1972 Weihnachten/Scan_{number:03}.jpg", Shot(people, **scan), on=year, source="folder"
        )
    shelf.photo(
        "Oma und Opa 1965-1970/img20190302_10151234.jpg",
        Shot(("Opa Karl",), **scan),
        on=(date(1965, 1, 1), date(1970, 12, 31)),
        source="folder",
    )
    shelf.photo(
        "Schuhkarton/Scan_017.jpg",
        Shot(("Oma Rosa",), **scan),
        on=(None, date(2019, 3, 2)),
        source="scan",
    )
    shelf.skip("Schuhkarton/Scan_017.pdf", ".pdf", b"%PDF-1.4")
    return shelf.library()
