"""Whether a file may be encoded in a text, as base64 or by uuencode: what that says nobody reads there."""

import re

TEXTS = ("txt", "csv", "vtt", "eml", "mbox", "msg")  # kinds in which such a file leaves with the words
_LEAST = 400  # letters of a run; the signatures in a message's head have 344
_LETTERS = 12  # that must differ: a line of dashes is none
_RUN = re.compile(r"[A-Za-z0-9+/_-]{30,}={0,2}")
_BETWEEN = re.compile(r"[\s>]*")  # lines of one run, also as they are quoted
_UUENCODED = re.compile(r"^begin [0-7]{3,4} \S.*\n(?=[!-M])[ -`]{5,62}\n", re.MULTILINE)


class Encoded:
    """Hears a text piece by piece."""

    def __init__(self) -> None:
        self.found = False
        self._length = 0
        self._letters: set[str] = set()

    def hear(self, text: str) -> None:
        at = 0
        for run in _RUN.finditer(text):
            self._go_on(text, at, run.start())
            self._length += len(run[0])
            self._letters.update(run[0])
            self.found = self.found or (self._length >= _LEAST and len(self._letters) >= _LETTERS)
            at = run.end()
        self._go_on(text, at, len(text))
        self.found = self.found or _UUENCODED.search(text) is not None

    def _go_on(self, text: str, start: int, end: int) -> None:
        """A run ends where anything else stands."""
        if not _BETWEEN.fullmatch(text, start, end):
            self._length, self._letters = 0, set()
