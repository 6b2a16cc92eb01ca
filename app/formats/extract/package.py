"""Zip packages (OOXML, OpenDocument) and the XML inside them, opened with their limits."""

import posixpath
import zipfile
from collections.abc import Iterator

from lxml import etree

from ..outcome import Limits, Refused, Trouble
from .entries import is_bomb, open_zip


class Package:
    """An opened zip whose directory was found harmless. Raises Refused(TOO_LARGE) for a bomb, DAMAGED for no zip."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._zip = open_zip(data, limits)
        entries = self._zip.infolist()
        if sum(entry.file_size for entry in entries) > limits.unpacked:
            raise Refused(Trouble.TOO_LARGE)
        for entry in entries:
            if is_bomb(entry):
                raise Refused(Trouble.TOO_LARGE)
            if entry.flag_bits & 1:
                raise Refused(Trouble.PASSWORD)
        self.names = {entry.filename for entry in entries}

    def read(self, name: str) -> bytes:
        """The bytes of one part; zipfile stops at the size that the directory states. Raises Refused(DAMAGED)."""
        try:
            return self._zip.read(name)
        except (KeyError, zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise Refused(Trouble.DAMAGED) from error
        except Exception as error:  # zlib.error is no subclass of anything telling
            if type(error).__name__ == "error":
                raise Refused(Trouble.DAMAGED) from error
            raise

    def xml(self, name: str) -> etree._Element:
        """The root of one XML part. Raises Refused(DAMAGED)."""
        return parse_xml(self.read(name))

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """(id, last word of the type, target inside the package) of each relationship of a part; none outside."""
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", base + ".rels")
        if name not in self.names:
            return
        for node in self.xml(name):
            if not isinstance(node.tag, str) or node.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/" + folder, node.get("Target", ""))).lstrip("/")
            if target in self.names:
                yield node.get("Id", ""), node.get("Type", "").rpartition("/")[2], target


def parse_xml(data: bytes) -> etree._Element:
    """Entities are left unresolved, nothing is fetched: a bomb stays small and an outside file stays outside."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        # 'unknown error' is all that lxml knows when libxml2 gets no more memory.
        large = any(hint in str(error) for hint in ("huge", "Memory allocation", "Excessive depth", "unknown error"))
        raise Refused(Trouble.TOO_LARGE if large else Trouble.DAMAGED) from error


def word(node: etree._Element) -> str:
    """The tag without its namespace: transitional and strict OOXML differ in nothing else. '' for comments."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def attribute(node: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), None)
