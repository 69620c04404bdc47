"""Where each child's report goes."""

from __future__ import annotations

from pathlib import Path

from tracker.study.report_folder import report_folder, slug

HOME = Path("/home/me/w")


def test_the_only_childs_report_is_in_report() -> None:
    assert report_folder(HOME, "Mia", ["Mia"]) == HOME / "report"


def test_of_several_children_each_has_a_folder_of_its_own() -> None:
    children = ["Mia", "Åsa Maria", "mia!", "👶", "米亚", "../..", "CON", "x" * 200]
    folders = [report_folder(HOME, child, children) for child in children]
    assert len({str(f).casefold() for f in folders}) == len(children)
    assert all(f.parent == HOME and f.name.startswith("report-") for f in folders)
    assert folders[1] == HOME / "report-asa-maria"
    assert max(len(f.name) for f in folders) < 100


def test_a_folder_stays_the_same_when_another_child_is_added() -> None:
    assert report_folder(HOME, "Mia", ["Mia", "Leo"]) == report_folder(
        HOME, "Mia", ["Mia", "Leo", "Eva"]
    )


def test_a_slug_is_plain() -> None:
    assert slug("Zoë-Marie O'Hara") == "zoe-marie-o-hara"
    assert slug("..") == ""
