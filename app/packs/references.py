"""What one place of a pack names in another: it must be there, and once."""

from collections import Counter
from collections.abc import Iterator

from app.letters.gaps import wrong_in
from app.packs.schema import Pack

Way = tuple[int | str, ...]  # from the top of a file to one of its values
Found = Iterator[tuple[str, Way, str]]  # file, way, reason


def between_files(pack: Pack) -> Found:
    """Identifiers that stand twice, and criteria, Areas, scales, requests and earlier items that are missing."""
    scope, guides, requests, questions, earlier = pack.scope, pack.guides, pack.requests, pack.questions, pack.earlier
    prompts: dict[Way, str] = {
        ("guides", g, "questions", q, "id"): prompt.id
        for g, guide in enumerate(guides.guides)
        for q, prompt in enumerate(guide.questions)
    }
    asked: dict[Way, str] = {("requests", n, "id"): request.id for n, request in enumerate(requests.requests)}
    items: dict[Way, str] = {("items", n, "id"): item.id for n, item in enumerate(earlier.items)}
    yield from twice("topic-guides.yaml", "prompt", prompts)
    yield from twice("document-requests.yaml", "request", asked)
    yield from twice("previous-recommendations.yaml", "item", items)
    yield from twice(
        "question-set.yaml", "question", {("questions", n, "id"): q.id for n, q in enumerate(questions.questions)}
    )
    criteria = {criterion.ref for group in scope.groups for criterion in group.criteria}
    areas = {area.code for area in scope.areas}
    for g, guide in enumerate(guides.guides):
        for q, prompt in enumerate(guide.questions):
            file, way, who = "topic-guides.yaml", ("guides", g, "questions", q), f"prompt {prompt.id}"
            yield from _missing(file, (*way, "criteria"), who, "criterion", prompt.criteria, criteria)
            yield from _missing(file, (*way, "areas"), who, "Area", prompt.areas, areas)
            yield from _missing(file, (*way, "earlier"), who, "earlier item", prompt.earlier, set(items.values()))
    for n, request in enumerate(requests.requests):
        file, start, who = "document-requests.yaml", ("requests", n), f"request {request.id}"
        yield from _missing(file, (*start, "criteria"), who, "criterion", request.criteria, criteria)
        before = [request.depends_on] if request.depends_on else []
        yield from _missing(file, (*start, "depends_on"), who, "request", before, set(asked.values()))
        numbers = {part.code for part in request.fields if part.type == "number"}
        for f, part in enumerate(request.fields):
            bound = [part.at_most] if part.at_most else []
            yield from _missing(file, (*start, "fields", f, "at_most"), f"{who}, {part.code}", "number", bound, numbers)
    events = {event.code for event in requests.events if "event" not in event.needs}
    letters: dict[Way, str] = {("letters", n, "code"): letter.code for n, letter in enumerate(requests.letters)}
    yield from twice("document-requests.yaml", "letter", letters)
    for n, letter in enumerate(requests.letters):
        file, start, who = "document-requests.yaml", ("letters", n), f"letter {letter.code}"
        yield from _missing(file, (*start, "event"), who, "event", [letter.event], events)
        for wrong in wrong_in(letter):
            yield file, start, f"{who}: {wrong}"
    for n, question in enumerate(questions.questions):
        file, start, who = "question-set.yaml", ("questions", n), f"question {question.id}"
        yield from _missing(file, (*start, "criterion"), who, "criterion", [question.criterion], criteria)
        scales = set(questions.answer_scales)
        yield from _missing(file, (*start, "answers"), who, "answer scale", [question.answers], scales)
    for n, item in enumerate(earlier.items):
        file, start, who = "previous-recommendations.yaml", ("items", n), f"item {item.id}"
        yield from _missing(file, (*start, "criteria"), who, "criterion", item.criteria, criteria)
    roles = {guide.role for guide in guides.guides}
    for n, change in enumerate(guides.area_changes):
        file, start = "topic-guides.yaml", ("area_changes", n)
        yield from _missing(file, (*start, "area"), "a change", "Area", [change.area], areas)
        yield from _missing(file, (*start, "role"), "a change", "role", [change.role], roles)
    for role in pack.rules.generalisation.ladders:
        ladder: Way = ("generalisation", "ladders", role)
        yield from _missing("rules.yaml", ladder, "a ladder", "role", [role], roles)
    if (recognisable := pack.rules.generalisation.recognisable_role) is not None:
        few: Way = ("generalisation", "recognisable_role", "roles_usually")
        yield from _missing("rules.yaml", few, "recognisable_role", "role", recognisable.roles_usually, roles)
    for v, visit in enumerate(scope.on_site.visits):
        there: Way = ("on_site", "visits", v)
        yield from _missing("scope.yaml", (*there, "area"), "a visit", "Area", [visit.area], areas)
        for n, line in enumerate(visit.lines_of_enquiry):
            place, who = (*there, "lines_of_enquiry", n), f"line of enquiry {line.code}"
            yield from _missing("scope.yaml", (*place, "criteria"), who, "criterion", line.criteria, criteria)
            yield from _missing("scope.yaml", (*place, "prompts"), who, "prompt", line.prompts, set(prompts.values()))


def _missing(file: str, way: Way, who: str, what: str, named: list[str], there: set[str]) -> Found:
    for name in named:
        if name not in there:
            yield file, way, f"{who} names {what} {name}, which is missing"


def twice(file: str, what: str, values: dict[Way, str]) -> Found:
    times = Counter(value.casefold() for value in values.values())
    for value, number in times.items():
        if number > 1:
            path = [path for path, given in values.items() if given.casefold() == value][1]
            yield file, path, f"{what} {values[path]} stands {number} times"
