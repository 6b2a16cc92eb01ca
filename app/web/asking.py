"""What is asked about before something is saved. It forbids nothing: a tick says that it is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import HiddenField


@dataclass(frozen=True, slots=True)
class Concern:
    code: str  # by this a tick says which concerns it stood under
    words: str


class AskedFirst(FlaskForm):
    """A form of which something may be asked about before it is saved."""

    all_the_same = HiddenField()  # a tick's: the codes of the concerns that it stood under

    def is_meant(self, concerns: Sequence[Concern]) -> bool:
        """Whether each concern was seen and ticked; those that were not are what is wrong with the form."""
        seen = (self.all_the_same.data or "").split()
        new = [concern.words for concern in concerns if concern.code not in seen]
        if new:
            self.all_the_same.data = ""
            self.all_the_same.errors = [" ".join(new)]  # a summary shows one line for each field
        return not new
