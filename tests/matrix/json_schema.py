"""A JSON document against a JSON Schema: as much of draft 2020-12 as the published one uses, and no keyword more.

Written apart from what makes the schema, so that it can disagree with it.
"""

import re
from typing import Any

SAYS_NOTHING = {"type", "$schema", "$id", "$defs", "title", "description", "format"}
# The type is looked at first: the other keywords speak of one type each.
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def wrong_by_schema(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "$") -> list[str]:
    """What is wrong, each with where it is; empty for a document of that form."""
    root = root or schema
    found: list[str] = []
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
        return [f"{at}: {value!r} is no {kind}"]
    for keyword, said in schema.items():
        if keyword in SAYS_NOTHING:
            continue
        elif keyword == "$ref":
            found += wrong_by_schema(value, root["$defs"][said.removeprefix("#/$defs/")], root, at)
        elif keyword == "anyOf":
            if all(wrong_by_schema(value, one, root, at) for one in said):
                found.append(f"{at}: {value!r} is none of {said}")
        elif keyword == "const":
            found += [] if value == said else [f"{at}: {value!r} is not {said!r}"]
        elif keyword == "enum":
            found += [] if value in said else [f"{at}: {value!r} is not in {said}"]
        elif keyword == "pattern":
            found += [] if re.search(said, value) else [f"{at}: {value!r} is not like {said}"]
        elif keyword == "minimum":
            found += [] if value >= said else [f"{at}: {value} is below {said}"]
        elif keyword == "required":
            found += [f"{at}: {name} is missing" for name in said if name not in value]
        elif keyword == "properties":
            for name, part in said.items():
                found += wrong_by_schema(value[name], part, root, f"{at}.{name}") if name in value else []
        elif keyword == "additionalProperties":
            for name in value.keys() - schema.get("properties", {}).keys():
                if said is False:
                    found.append(f"{at}: {name} is one too many")
                else:
                    found += wrong_by_schema(value[name], said, root, f"{at}.{name}")
        elif keyword == "items":
            for number, entry in enumerate(value):
                found += wrong_by_schema(entry, said, root, f"{at}[{number}]")
        else:
            raise AssertionError(f"{keyword} is not known here: {at}")
    return found
