"""Who said it, so generally that nobody is recognised: roles and places by the pack's ladders.

Source: rules.yaml, `generalisation`. The people who share a label are counted over the sessions in the export; the
lowest rung at which there are enough is taken, then the place in the same way, with that label. A session whose last
rung is still shared by too few gets no label: its words are left out.

Nobody is found by elimination, either: where most who share a label are shown with a narrower one, those who are left
would stand under it alone. So enough people are shown with each label (`_Labels`).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.inspections.rules import GeneralisationPart


@dataclass(frozen=True, slots=True)
class Place:
    """What the ladder of places must know of a body."""

    name: str
    visited: bool = False
    pilot: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """A source: who speaks in it, and for which body."""

    key: Hashable
    kind: str  # the label of its kind: 'Interview', 'Document'
    role: str = ""  # a code; empty where there is none
    role_label: str = ""
    place: Place | None = None
    people: int = 1  # one where it is not known
    session: bool = True  # somebody was spoken to; in a document or in figures nobody is


@dataclass(frozen=True, slots=True)
class Label:
    """What an export may say of a source."""

    role: str
    place: str


def labels(voices: Iterable[Voice], rule: GeneralisationPart) -> dict[Hashable, Label | None]:
    """Each source's label; None for one whose words must be left out."""
    all_of_them = list(voices)
    sessions = _Labels([voice for voice in all_of_them if voice.session], rule)
    papers = _places_of_papers([voice for voice in all_of_them if not voice.session], rule)
    return {voice.key: sessions.of(voice) if voice.session else Label("", papers[voice.key]) for voice in all_of_them}


class _Labels:
    """The label of each session: true of it, as narrow as can be, and shown for enough people.

    Each session begins at the narrowest label that enough people share. If too few of these are shown with it, others
    who share it are shown with it too, in the place of their own narrower label; whose own that leaves with too few
    people only if there is no other way, on this label or a wider one. Where nothing helps, the words are left out.
    """

    def __init__(self, sessions: Sequence[Voice], rule: GeneralisationPart) -> None:
        self._enough = rule.minimum_group
        # The fewest people first: as few as can be lose their narrower label.
        sessions = sorted(sessions, key=lambda session: (session.people, str(session.key)))
        true_of = {session.key: _labels_of(session, rule) for session in sessions}
        shared: Counter[Label] = Counter()
        for session in sessions:
            shared.update(dict.fromkeys(true_of[session.key], session.people))
        self._ways = {key: [way for way in ways if shared[way] >= self._enough] for key, ways in true_of.items()}
        self._could: dict[Label, list[Voice]] = {}
        self._at: dict[Hashable, int] = {}  # place among its ways; only of those with one
        self._shown: Counter[Label] = Counter()  # people
        for session in sessions:
            for way in self._ways[session.key]:
                self._could.setdefault(way, []).append(session)
            if self._ways[session.key]:
                self._at[session.key] = 0
                self._shown[self._ways[session.key][0]] += session.people
        for session in self._too_few_with():
            if not self._join(session, sparing=True) and not self._join(session, sparing=False):
                self._shown[self._now(session)] -= session.people
                del self._at[session.key]

    def of(self, session: Voice) -> Label | None:
        return self._now(session) if session.key in self._at else None

    def _now(self, session: Voice) -> Label:
        return self._ways[session.key][self._at[session.key]]

    def _too_few_with(self) -> Iterator[Voice]:
        """Sessions shown with a label that too few are shown with, until there is none."""
        while label := next((label for label, people in self._shown.items() if 0 < people < self._enough), None):
            yield next(session for session in self._could[label] if self.of(session) == label)

    def _join(self, session: Voice, *, sparing: bool) -> bool:
        """Show it, with others where it must be, with the first label that enough are shown with then."""
        for place in range(self._at[session.key], len(self._ways[session.key])):
            way = self._ways[session.key][place]
            if (joining := self._joining(way, session, sparing)) is not None:
                for one in joining:
                    self._shown[self._now(one)] -= one.people
                    self._at[one.key] = self._ways[one.key].index(way)
                    self._shown[way] += one.people
                return True
        return False

    def _joining(self, way: Label, session: Voice, sparing: bool) -> list[Voice] | None:
        """Who must be shown with a label so that this one may be; None where even then too few are."""
        joining = [session]
        people = self._shown[way] + (session.people if self._now(session) != way else 0)
        left = Counter(self._shown)
        for other in self._could[way]:
            if people >= self._enough:
                break
            now = self.of(other)
            if other is session or now is None or self._ways[other.key].index(way) <= self._at[other.key]:
                continue
            if sparing and 0 < left[now] - other.people < self._enough:
                continue
            left[now] -= other.people
            people += other.people
            joining.append(other)
        return joining if people >= self._enough else None


def _labels_of(session: Voice, rule: GeneralisationPart) -> list[Label]:
    """All that are true of a session, from the narrowest: its role goes up only when no place is wide enough."""
    return [
        Label(rung if session.role else "", place)
        for rung in _rungs(session, rule.ladders)
        for place in _places(session.place, rule.places) or [""]
    ]


def _places_of_papers(papers: Sequence[Voice], rule: GeneralisationPart) -> dict[Hashable, str]:
    """Of what nobody speaks in: the narrowest place that enough of its kind are from, or the widest."""
    places = {paper.key: _places(paper.place, rule.places) for paper in papers}
    together = Counter((paper.kind, place) for paper in papers for place in places[paper.key])
    return {
        paper.key: next(
            (place for place in places[paper.key] if together[paper.kind, place] >= rule.minimum_group),
            next(reversed(places[paper.key]), ""),
        )
        for paper in papers
    }


def recognisable(role: str, rule: GeneralisationPart) -> str:
    """Why whoever holds a role (its code) is recognised by it, in the pack's words; empty for other roles."""
    found = rule.recognisable_role
    return found.when if found and found.warn and role in found.roles_usually else ""


def month(day: date | None) -> str:
    """'March 2026': no export of this kind says the day."""
    return f"{day:%B %Y}" if day else ""


def _rungs(session: Voice, ladders: Mapping[str, list[str]]) -> list[str]:
    """From the narrowest label to the widest; without a ladder, the kind of source is the widest."""
    ladder = ladders.get(session.role)
    if ladder:
        return list(dict.fromkeys(ladder))
    return [session.role_label, session.kind] if session.role else [session.kind]


def _places(place: Place | None, rungs: list[str]) -> list[str]:
    """The pack's places that are true of a body: its name, 'a pilot Area', 'an Area that we visited', all of them."""
    if place is None or not rungs:
        return []
    true_of_it = [True, place.pilot, place.visited]
    last = len(rungs) - 1
    return [
        rung.replace("{area}", place.name)
        for at, rung in enumerate(rungs)
        if at == last or (at < len(true_of_it) and true_of_it[at])
    ]
