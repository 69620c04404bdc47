"""Reading the values of an XMP document, however its writer spelled them.

RDF says the same in several ways: a structure's field is a child element or an attribute; the
structure itself is the property's element (`rdf:parseType="Resource"`) or an `rdf:Description`
within it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"

MOST = 1000
"""Entries of one list that are read; no photo has as many faces."""

_LISTS = frozenset({f"{RDF}Bag", f"{RDF}Seq", f"{RDF}Alt"})


def field(structure: Element, name: str) -> Element | None:
    """The element of that field, or None where there is none or it is an attribute."""
    for body in _bodies(structure):
        found = body.find(name)
        if found is not None:
            return found
    return None


def text(structure: Element, name: str) -> str:
    """The field as text, "" where there is none."""
    for body in _bodies(structure):
        value = body.get(name)
        if value is not None:
            return value
        found = body.find(name)
        if found is not None:
            return _value(found)
    return ""


def entries(property_: Element | None) -> Iterator[Element]:
    """The entries of a list; at most MOST of them."""
    if property_ is None:
        return iter(())
    return islice(
        (
            entry
            for body in _bodies(property_)
            for list_ in body
            if list_.tag in _LISTS
            for entry in list_
            if entry.tag == f"{RDF}li"
        ),
        MOST,
    )


def first(property_: Element) -> str:
    """The text of a property, of a list its first entry's."""
    return _value(property_)


def texts(root: Element, name: str) -> Iterator[str]:
    """All texts that a property of the document holds, one or a list; at most MOST."""
    return islice(_texts(root, name), MOST)


def _texts(root: Element, name: str) -> Iterator[str]:
    for description in root.iter(f"{RDF}Description"):
        value = description.get(name)
        if value is not None:
            yield value
        for found in description.findall(name):
            listed = [_value(entry) for entry in entries(found)]
            yield from listed or [_value(found)]


def _bodies(structure: Element) -> Iterator[Element]:
    yield structure
    yield from structure.findall(f"{RDF}Description")


def _value(element: Element) -> str:
    """The text of a property, of its first entry, or of its `rdf:value`, which may have notes."""
    inner = next(entries(element), element)
    for body in _bodies(inner):
        value = body.find(f"{RDF}value")
        if value is not None:
            return value.text or ""
        if f"{RDF}value" in body.attrib:
            return body.attrib[f"{RDF}value"]
    return inner.text or ""
