"""Notes on method: what a reader who was not there must know, in the pack's words where it has them."""

from collections.abc import Iterator
from typing import Any

from app.inspections.rules import Rules
from app.inspections.vocabulary import Vocabulary

TITLES = ("About", "Note")
NAMES = "Names of people who were seen are kept apart from what they said, and stand in no export."


def notes(scope: dict[str, Any], rules: Rules, words: Vocabulary, *, attributable: bool) -> Iterator[tuple[str, str]]:
    """Heading and note, in reading order. `scope` is the pack's scope.yaml."""
    gathered = scope.get("methodology", {})
    if gathered.get("text"):
        yield "How evidence was gathered", str(gathered["text"])
    for method in gathered.get("methods", ()):
        yield "Method", str(method["label"])
    if gathered.get("note"):
        yield "What is not looked at", str(gathered["note"])
    yield (
        "Evidence item",
        (
            "Exact words of a source that bear on a criterion, with what an inspector made of them. "
            "Its reference, such as E-0412, never changes and is never used again."
        ),
    )
    yield (
        "Source",
        (
            "Anything evidence comes from. Eight notes of one session are eight items and one source: "
            "the matrix counts items and distinct sources."
        ),
    )
    yield (
        "Tag",
        (
            "An item's place under a criterion. One item may stand under several criteria: "
            "it counts in the row of each, and once in the totals below them."
        ),
    )
    for direction in words.directions:
        counts = next((part.counts_for for part in rules.directions if part.code == direction.code), [])
        labels = " and ".join(words.labels["directions"].get(code, code).lower() for code in counts)
        yield f"Shows: {direction.label}", f"Counted for {labels}." if counts else "Shown, and counted for nothing."
    yield "Shows: Not set", "Nobody has said yet what it shows. Counted as an item, and towards no strength."
    for kind in rules.evidence_kinds:
        weight = {"full": "Counts in every test.", "limited": "Counts, with limited weight.", "none": "Not counted."}
        yield f"Kind of evidence: {kind.label}", f"{kind.meaning} {weight[kind.weight]}".strip()
    yield "Strength", f"Worked out by rule, never typed. {rules.strength.claim}"
    for value in rules.strength.values:
        yield f"Strength: {value.label}", value.meaning
    for said in rules.strength.what_counts:
        yield "Strength: what counts", said
    yield "Strength: voices", rules.strength.voice
    yield "Strength: weight", rules.strength.weight
    for flag in rules.strength.flags:
        yield f"Flag: {flag.label}", f"Where {flag.when}."
    yield (
        "File findings",
        (
            f"What the examination of files shows, with the number of applicable files. "
            f"Below {rules.small_numbers.threshold} applicable files: {rules.small_numbers.below}."
        ),
    )
    yield (
        "Nil returns",
        (
            "A body that was asked and holds nothing has answered: that is kept, and is no evidence item. "
            "A planned source that has given nothing yet is a gap."
        ),
    )
    yield (
        "Distressing content",
        (
            "The words of an item that is marked so stand apart from the rest; "
            "elsewhere its reference and its gist stand for it."
        ),
    )
    yield "Names", NAMES
    if not attributable:
        rule = rules.generalisation
        yield "Not attributable: roles and places", rule.rule
        yield (
            "Not attributable: nobody by elimination",
            (
                f"Fewer than {rule.minimum_group} people are never shown with one role and place. Where all others "
                "who share it would be shown with a narrower one, enough of them are shown with it too."
            ),
        )
        yield "Not attributable: people", f"{rule.people_unknown} Dates are given as {rule.dates}."
        yield "Not attributable: quotations", rule.quotes
        yield "Not attributable: never in it", f"{', '.join(rule.never)}."
        yield (
            "Not attributable: the words themselves",
            (
                "Words are as they were said or written; a text that holds part of a name Fieldbook knows, or names a "
                "role or place narrower than its row says, is left out. "
                "Read them before you pass this on."
            ),
        )
    yield "Acronyms", rules.acronyms_rule
