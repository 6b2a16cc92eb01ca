"""Whether a text holds words by themselves: asked of the database, and answered there as in Python."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

NAME = "holds_words"


@lru_cache(maxsize=4096)
def by_themselves(words: str) -> re.Pattern[str] | None:
    """What finds the words, in small letters or capitals, whatever blanks part them; None of blanks alone."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE) if pattern else None


class holds_words(FunctionElement[bool]):
    """Whether a text (the first) holds words (the second), as `by_themselves` finds them."""

    type = Boolean()
    name = NAME
    inherit_cache = True


@compiles(holds_words)
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"{NAME}({compiler.process(element.clauses, **options)})"


@compiles(holds_words, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text, words = (f"({compiler.process(one, **options)})" for one in element.clauses)
    bare = rf"regexp_replace({words}, '^\s+|\s+$', '', 'g')"
    escaped = rf"regexp_replace({bare}, '([^\w\s])', '\\\1', 'g')"
    pattern = rf"'(?<!\w)' || regexp_replace({escaped}, '\s+', '\\s+', 'g') || '(?!\w)'"
    return rf"({words} ~ '\S' AND {text} ~* ({pattern}))"


def teach(connection: Any) -> None:
    """Let a connection to SQLite answer it."""
    connection.create_function(NAME, 2, _holds, deterministic=True)


def _holds(text: str | None, words: str | None) -> bool:
    found = by_themselves(words or "")
    return found is not None and found.search(text or "") is not None
