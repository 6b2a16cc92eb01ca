"""Reads a calendar back with nothing of the library that wrote it: RFC 5545 by hand, as far as we write it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class Component:
    name: str
    values: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)

    def text(self, name: str) -> str:
        [(_parameters, value)] = self.values[name]
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)

    def moment(self, name: str) -> datetime | date:
        """A day, a moment in a zone that the calendar explains, or one in UTC."""
        [(parameters, value)] = self.values[name]
        if parameters.get("VALUE") == "DATE":
            return datetime.strptime(value, "%Y%m%d").date()
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=ZoneInfo("UTC"))
        return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(parameters["TZID"]))


def read(data: bytes) -> Component:
    """The calendar. Fails on what RFC 5545 does not allow: other line ends, long lines, control characters."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n") and not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    raw = text.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 and "\n" not in line and "\r" not in line for line in raw)
    lines: list[str] = []
    for line in raw:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    stack = [Component("")]
    for line in lines:
        found = re.fullmatch(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', line)
        assert found, line
        name, value = found[1], found[3]
        if name == "BEGIN":
            stack.append(Component(value))
        elif name == "END":
            part = stack.pop()
            assert part.name == value
            stack[-1].parts.append(part)
        else:
            parameters = dict(each.split("=", 1) for each in found[2].split(";")[1:])
            stack[-1].values.setdefault(name, []).append((parameters, value))
    [whole] = stack[0].parts
    assert len(stack) == 1 and whole.name == "VCALENDAR" and whole.text("VERSION") == "2.0" and whole.text("PRODID")
    _check(whole)
    return whole


def _check(whole: Component) -> None:
    """What each event must have, once; and every zone that is named is explained."""
    zones = {part.text("TZID") for part in whole.parts if part.name == "VTIMEZONE"}
    for event in events(whole):
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"):
            assert len(event.values.get(name, [])) == 1, name
        begins, ends = event.moment("DTSTART"), event.moment("DTEND")
        assert type(begins) is type(ends) and begins < ends  # type: ignore[operator]
        for values in event.values.values():
            assert all(parameters.get("TZID", "Europe/London") in zones for parameters, _value in values)
    uids = [event.text("UID") for event in events(whole)]
    assert len(uids) == len(set(uids))


def events(whole: Component) -> list[Component]:
    return [part for part in whole.parts if part.name == "VEVENT"]


def event(data: bytes, uid: Any = None) -> Component:
    """The one event, or that of an interview or visit by its id."""
    found = [each for each in events(read(data)) if uid is None or each.text("UID") == f"{uid}@fieldbook"]
    assert len(found) == 1
    return found[0]
