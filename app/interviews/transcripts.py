"""What a transcript would become: its speakers with their labels, its notes in order, the names in their words.

Nothing here reads the database or changes it. Each paragraph of the transcript is in exactly one note, word for word.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from app.formats.turns import Transcript, Turn
from app.inspections.people import Named, names_in

JOINED = 1500  # characters that the joined paragraphs of one speaker may have; a longer paragraph is a note of its own
JOINED_WITHIN = 30_000  # milliseconds from the first cue of a note to the last
LABELS = re.compile(
    r"(?:the )?(?:speaker|participant|interviewer|interviewee|witness|facilitator|moderator|chair|inspector|respondent"
    r"|attendee|note-taker)(?: [a-z0-9]{1,2})?|(?-i:[A-Z]{1,6} ?\d{1,2}[A-Z]?|Q|A)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks in a transcript, as the file calls them, with what the inspector says of them."""

    name: str
    paragraphs: int
    first_words: str
    label: str = ""
    nobody: bool = False  # what was taken for a name is words, and goes back to them


@dataclass(frozen=True, slots=True)
class PlannedNote:
    """A note as it will be imported."""

    speaker: str  # the label
    words: str
    heard_at: int | None  # milliseconds into the recording
    paragraphs: int


@dataclass(frozen=True, slots=True)
class Preview:
    """All that there is to see before an import."""

    speakers: list[Speaker]
    notes: list[PlannedNote]
    paragraphs: int
    nameless: int  # paragraphs that nobody is named for
    has_times: bool
    moved: int  # paragraphs that stood before an earlier one in the file
    left_out: dict[str, int]
    named: list[Named]


def speakers_of(transcript: Transcript, kept: Sequence[dict[str, object]]) -> list[Speaker]:
    """In the order in which they first speak, with the labels that are kept of them."""
    found: dict[str, list[Turn]] = {}
    for turn in transcript.turns:
        if turn.speaker:
            found.setdefault(turn.speaker, []).append(turn)
    given = [*kept, *({} for _ in range(len(found) - len(kept)))]
    return [
        Speaker(
            name,
            sum(1 for turn in turns if turn.words),
            next((turn.words for turn in turns if turn.words), ""),
            str(said.get("label", "")),
            bool(said.get("nobody")),
        )
        for (name, turns), said in zip(found.items(), given, strict=False)
    ]


def first_labels(
    transcript: Transcript, known: Collection[str], people: Iterable[tuple[str, str]]
) -> list[dict[str, object]]:
    """What each speaker is offered to be called: a label of the file's own, or that of somebody whose name is known.

    `known` are labels and roles; `people` label and name of who was seen.
    """
    labels = {label.casefold() for label in known}
    named = {_folded(name): label for label, name in people if label}
    return [
        {
            "label": speaker.name if is_label(speaker.name, labels) else named.get(_folded(speaker.name), ""),
            "nobody": False,
        }
        for speaker in speakers_of(transcript, [])
    ]


def is_label(name: str, known: Collection[str] = ()) -> bool:
    """Whether it is no name: 'DCP 2', 'Participant', or a role or label that is known (folded) here."""
    return LABELS.fullmatch(name) is not None or re.sub(r" \d{1,2}$", "", name.casefold()) in known


def look(
    transcript: Transcript,
    speakers: Sequence[Speaker],
    *,
    joint: str,
    used: Collection[str],
    known: Collection[str],
    names: Iterable[str],
) -> Preview:
    """What would be imported.

    `joint` stands between paragraphs that are joined; `used` are labels in the interview's notes, `known` those and
    the roles; `names` are those of who was seen.
    """
    called = labels_of(speakers, used)
    nobody = {speaker.name for speaker in speakers if speaker.nobody}
    turns = [_put_back(turn) if turn.speaker in nobody else turn for turn in transcript.turns]
    turns = [turn for turn in turns if turn.words.strip()]
    has_times = any(turn.at is not None for turn in turns)
    ordered, moved = _by_time(turns) if has_times else (turns, 0)
    notes = _joined(ordered, called, joint)
    labels = {label.casefold() for label in known}
    whose = [speaker.name for speaker in speakers if not speaker.nobody and not is_label(speaker.name, labels)]
    return Preview(
        list(speakers),
        notes,
        len(turns),
        sum(1 for turn in turns if not turn.speaker),
        has_times,
        moved,
        transcript.left_out,
        names_in([note.words for note in notes], [*whose, *names]),
    )


def labels_of(speakers: Sequence[Speaker], used: Collection[str]) -> dict[str, str]:
    """Name to label; who has none gets the next neutral one: 'Speaker 1'."""
    taken = {label.casefold() for label in used} | {speaker.label.casefold() for speaker in speakers}
    free = (label for number in range(1, 10**6) if (label := f"Speaker {number}").casefold() not in taken)
    return {speaker.name: speaker.label or next(free) for speaker in speakers if not speaker.nobody}


def _put_back(turn: Turn) -> Turn:
    return replace(turn, speaker="", lead="", words=turn.lead + turn.words)


def _by_time(turns: Sequence[Turn]) -> tuple[list[Turn], int]:
    """By time, and as in the file where it is the same; what has no time stays behind what stands before it."""
    timed, last, latest, moved = [], 0, 0, 0
    for turn in turns:
        last = last if turn.at is None else turn.at
        moved += last < latest
        latest = max(latest, last)
        timed.append((last, turn))
    return [turn for _at, turn in sorted(timed, key=lambda pair: pair[0])], moved


def _joined(turns: Sequence[Turn], called: dict[str, str], joint: str) -> list[PlannedNote]:
    """What one speaker says in a row is one note, within limits; what nobody is named for is joined to nothing."""
    notes: list[PlannedNote] = []
    speaker = ""  # of the last note
    for turn in turns:
        last = notes[-1] if notes else None
        if (
            last is not None
            and turn.speaker
            and turn.speaker == speaker
            and len(last.words) + len(joint) + len(turn.words) <= JOINED
            and (turn.at or 0) - (last.heard_at or 0) <= JOINED_WITHIN
        ):
            words = last.words + joint + turn.words
            notes[-1] = replace(last, words=words, paragraphs=last.paragraphs + 1)
        else:
            notes.append(PlannedNote(called.get(turn.speaker, ""), turn.words, turn.at, 1))
        speaker = turn.speaker
    return notes


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
