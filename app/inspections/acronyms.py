"""Acronyms spelt out where they are first used, for readers outside the team. Source: rules.yaml, `acronyms_rule`.

The inspectorate's own words become 'Crown Prosecution Service (CPS)'. Words that are somebody else's are not changed:
the expansion follows them in square brackets, 'CPS [Crown Prosecution Service]'.
"""

import re
from collections.abc import Iterable

from app.inspections.rules import AcronymPart

_JOINS = re.compile(r" (?:of|for|to|at) ")


class Speller:
    """Spells out each acronym once; what it has spelt it remembers: one for each sheet or document."""

    def __init__(self, acronyms: Iterable[AcronymPart]) -> None:
        self._long = {acronym.short: acronym.long for acronym in acronyms}
        self._spelt: set[str] = set()
        # The longest first: 'DA JJP' before 'DA'. Addresses, and words that an acronym is only a part of, are none.
        shorts = "|".join(re.escape(short) for short in sorted(self._long, key=len, reverse=True))
        self._found = re.compile(rf"(?<![\w@.])({shorts})(s?)(?![\w@]|\.\w)") if shorts else None

    def own(self, text: str) -> str:
        """Words of the inspectorate: 'Crown Prosecution Service (CPS)'."""
        return self._spell(text, quoted=False)

    def quoted(self, text: str) -> str:
        """Words that must stay as they are: 'CPS [Crown Prosecution Service]'."""
        return self._spell(text, quoted=True)

    def _spell(self, text: str, *, quoted: bool) -> str:
        if self._found is None or not text:
            return text

        def spelt(match: re.Match[str]) -> str:
            short, plural = match[1], bool(match[2])
            if short in self._spelt:
                return match[0]
            self._spelt.add(short)
            long = _plural(self._long[short]) if plural else self._long[short]
            if self._is_spelt_already(text, match, long):
                return match[0]
            return f"{match[0]} [{long}]" if quoted else f"{long} ({match[0]})"

        return self._found.sub(spelt, text)

    @staticmethod
    def _is_spelt_already(text: str, match: re.Match[str], long: str) -> bool:
        """'Crown Prosecution Service (CPS)' and 'CPS (Crown Prosecution Service)' say it themselves."""
        before, after = text[: match.start()].casefold(), text[match.end() :].casefold()
        wanted = long.casefold()
        return before.endswith((f"{wanted} (", f"{wanted} [")) or after.startswith((f" ({wanted}", f" [{wanted}"))


def _plural(long: str) -> str:
    """'Senior District Crown Prosecutors', 'single points of contact'."""
    joint = _JOINS.search(long)
    head, rest = (long[: joint.start()], long[joint.start() :]) if joint else (long, "")
    if head.endswith("s"):
        return long
    return (head[:-1] + "ies" if re.search("[^aeiou]y$", head) else head + "s") + rest
