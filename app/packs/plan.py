"""What a pack says twice, so that it can be read in one place: the plan of its sources, its sample, its totals.

Each is worked out from the files that it repeats; a difference is refused.
"""

from collections.abc import Iterable, Mapping
from math import ceil

from app.inspections.references import EVIDENCE, FILE_FINDING
from app.inspections.rules import PlannedSourcePart, TriangulatedPart
from app.packs.references import Found, Way, twice
from app.packs.schema import Pack
from app.register.state import FLAGS, RECEIVED, STATES
from app.visits.models import VISIT

OURS = {EVIDENCE, FILE_FINDING, VISIT}  # prefixes of references that no pack may give
FEW = 3  # fewer families than these are few
RULES = "rules.yaml"


def repeated(pack: Pack) -> Found:
    """Where one file of the pack says something else than another."""
    yield from _families(pack)
    yield from _register(pack)
    yield from _planned_sources(pack)
    yield from _planned_totals(pack)
    yield from _sample(pack)
    yield from _letters(pack)
    yield from _totals("topic-guides.yaml", pack.guides.totals, _of_guides(pack))
    yield from _totals("document-requests.yaml", pack.requests.totals, _of_requests(pack))
    yield from _totals("previous-recommendations.yaml", pack.earlier.totals, _of_earlier(pack))


def _register(pack: Pack) -> Found:
    """The rules of the states and flags are the register's, by code: another code would never hold."""
    file, states = "document-requests.yaml", [state.code for state in pack.requests.states]
    for name, codes, known in (
        ("states", states, STATES),
        ("flags", [flag.code for flag in pack.requests.flags], FLAGS),
    ):
        for n, code in enumerate(codes):
            if code not in known:
                yield file, (name, n, "code"), f"{code!r} is none of the {name} of a request: {_words(known)}"
    if states[-1] != "not_asked":
        yield file, ("states",), "the last of the states must be not_asked, which always holds"
    for n, event in enumerate(pack.requests.events):
        if event.code == RECEIVED and not {"units", "parts"} <= {*event.needs}:
            yield file, ("events", n), f"{RECEIVED} must need units and parts: what came is counted by them"


# What the strength rule knows by name: see app/matrix/strength.py.
FAMILY_OF = {"interview": "said", "focus_group": "said", "document": "written", "case_file": "examined"}


def _families(pack: Pack) -> Found:
    known = [family.code for family in pack.rules.families]
    for n, kind in enumerate(pack.rules.source_kinds):
        way: Way = ("source_kinds", n, "family")
        fixed = FAMILY_OF.get(kind.code)
        if fixed is None and kind.family == "declared":
            for family in kind.families:
                if family not in known:
                    yield RULES, ("source_kinds", n, "families"), f"{kind.code} may be {family!r}, which is no family"
        elif fixed is not None and kind.family != fixed:
            yield RULES, way, f"the family of {kind.code} must be {fixed!r}: the rule of strength knows it by that"
        elif kind.family not in known:
            yield RULES, way, f"the family of {kind.code} is {kind.family!r}, which is no family"
    yield from twice(
        RULES, "kind of source", {("source_kinds", n): k.code for n, k in enumerate(pack.rules.source_kinds)}
    )
    prefixes = {kind.code: kind.prefix for kind in pack.rules.source_kinds}
    for n, kind in enumerate(pack.rules.source_kinds):
        own = "interview" if kind.code == "focus_group" else kind.code
        # Interviews and focus groups are numbered together; what is numbered by the product has prefixes of its own.
        others = {prefix for code, prefix in prefixes.items() if code not in (own, "focus_group")} | OURS
        if kind.prefix in others or kind.prefix != prefixes.get(own, kind.prefix):
            yield RULES, ("source_kinds", n, "prefix"), f"the prefix of {kind.code} cannot be {kind.prefix}"
    there = set(prefixes)
    for missing in [code for code in (*FAMILY_OF, "other") if code not in there]:
        yield RULES, ("source_kinds",), f"the kind of source {missing!r} is missing"


def _planned_sources(pack: Pack) -> Found:
    criteria = [criterion.ref for group in pack.scope.groups for criterion in group.criteria]
    plan = pack.rules.planned_sources
    yield from twice(RULES, "the plan of criterion", {("planned_sources", n): p.criterion for n, p in enumerate(plan)})
    for missing in [ref for ref in criteria if ref not in {part.criterion for part in plan}]:
        yield RULES, ("planned_sources",), f"criterion {missing} has no entry"
    for n, part in enumerate(plan):
        way: Way = ("planned_sources", n)
        if part.criterion not in criteria:
            yield RULES, (*way, "criterion"), f"planned sources of criterion {part.criterion}, which is missing"
            continue
        yield from _compared(way, part, pack)
        yield from _reach(way, part, pack)


def _compared(way: Way, part: PlannedSourcePart, pack: Pack) -> Found:
    """The lists of one entry, each against the file that it repeats."""
    ref = part.criterion
    of_files: dict[str, tuple[list[str], list[str], str]] = {
        "questions": (
            part.questions,
            [q.id for q in pack.questions.questions if q.criterion == ref],
            "question-set.yaml",
        ),
        "requests": (
            part.requests,
            [r.id for r in pack.requests.requests if ref in r.criteria],
            "document-requests.yaml",
        ),
        "earlier": (
            part.earlier,
            [item.id for item in pack.earlier.items if ref in item.criteria],
            "previous-recommendations.yaml",
        ),
    }
    for name, (planned, held, file) in of_files.items():
        yield from _same((*way, name), f"{name} of {ref}", planned, held, file)
    roles = [guide.role for guide in pack.guides.guides]
    for role in [role for role in part.prompts if role not in roles]:
        yield RULES, (*way, "prompts", role), f"prompts of {ref} name role {role}, which has no guide"
    for guide in pack.guides.guides:
        held = [prompt.id for prompt in guide.questions if ref in prompt.criteria]
        planned = part.prompts.get(guide.role, [])
        yield from _same(
            (*way, "prompts", guide.role), f"prompts of {ref} for {guide.role}", planned, held, "topic-guides.yaml"
        )
    engagements = {engagement.code for engagement in pack.scope.methodology.stakeholders.engagements}
    for code in [code for code in part.other if code not in engagements]:
        yield RULES, (*way, "other"), f"other sources of {ref} name engagement {code}, which scope.yaml does not have"


def _same(way: Way, what: str, planned: list[str], held: list[str], file: str) -> Found:
    if sorted(planned) != sorted(held):
        yield RULES, way, f"{what}: {_words(planned)}; by {file} they are {_words(held)}"


def _words(values: Iterable[str]) -> str:
    return ", ".join(values) or "none"


def _reach(way: Way, part: PlannedSourcePart, pack: Pack) -> Found:
    """What an entry says of its own lists: their families, whether they are few, how far they can carry a claim."""
    ref = part.criterion
    planned = {
        family
        for family, there in (("said", part.prompts), ("written", part.requests), ("examined", part.questions))
        if there
    }
    fixed = set(FAMILY_OF.values())
    if {family for family in part.families if family in fixed} != planned:
        in_order = [family for family in ("said", "written", "examined") if family in planned]
        reason = (
            f"families of {ref}: {_words(part.families)}; by its prompts, requests and questions {_words(in_order)}"
        )
        yield RULES, (*way, "families"), reason
    declared = next((kind.families for kind in pack.rules.source_kinds if kind.code == "other"), [])
    others = [family for family in part.families if family not in fixed]
    for family in [family for family in others if family not in declared]:
        yield RULES, (*way, "families"), f"families of {ref}: {family!r} is no family that another source may have"
    if bool(others) != bool(part.other):
        reason = f"families of {ref}: those of other sources need an engagement under other, and the other way about"
        yield RULES, (*way, "families"), reason
    few = len(part.families) < FEW
    if part.few_kinds != few:
        yield RULES, (*way, "few_kinds"), f"few_kinds of {ref}: {len(part.families)} families are planned"
    if len(part.families) < 2 and not part.weak:
        yield RULES, (*way, "weak"), f"weak of {ref}: a single family is planned"
    if part.can_reach not in ("none", "single", "supported", "triangulated"):
        yield RULES, (*way, "can_reach"), f"can_reach of {ref}: {part.can_reach!r} is no strength that a plan can have"
    elif (part.can_reach == "triangulated") != _can_be_triangulated(part, pack):
        does = "does not meet" if part.can_reach == "triangulated" else "meets"
        reason = f"can_reach of {ref}: all that is planned {does} the test of triangulated"
        yield RULES, (*way, "can_reach"), reason


def _can_be_triangulated(part: PlannedSourcePart, pack: Pack) -> bool:
    """Whether a national claim can be, if everything comes in that the entry lists."""
    tests = pack.rules.strength.tests
    without = tests.national_without_file_questions
    test = without if part.criterion in without.criteria else tests.national_with_file_questions
    asked: TriangulatedPart = test.triangulated
    areas, headquarters = _heard(part, pack)
    return (
        len(part.families) >= asked.families
        and (not asked.any_of or any(set(one) <= set(part.families) for one in asked.any_of))
        and (len(pack.scope.areas) if part.questions else 0) >= asked.examined_areas
        and areas >= asked.areas_said_or_written
        and headquarters >= asked.headquarters
    )


def _heard(part: PlannedSourcePart, pack: Pack) -> tuple[int, int]:
    """How many Areas, and how many voices of Headquarters, the planned sessions and requests bring in."""
    visited = {area.code for area in pack.scope.areas if area.on_site}
    every = {area.code for area in pack.scope.areas}
    at = {session.role: session.at for session in pack.guides.planned_sessions}
    areas: set[str] = set()
    headquarters = 0
    for guide in pack.guides.guides:
        prompts = [prompt for prompt in guide.questions if prompt.id in part.prompts.get(guide.role, ())]
        if at.get(guide.role) == "HQ":
            headquarters += bool(prompts)
        else:
            for prompt in prompts:
                areas |= set(prompt.areas) & visited or visited
    for request in pack.requests.requests:
        if request.id in part.requests:
            headquarters += request.from_ == "headquarters"
            areas |= {"on_site_areas": visited, "all_areas": every}.get(request.from_, set())
    return len(areas), headquarters


def _planned_totals(pack: Pack) -> Found:
    plan = pack.rules.planned_sources
    without = [part.criterion for part in plan if not part.questions]
    held = {
        "criteria": len(plan),
        "few_kinds": sum(part.few_kinds for part in plan),
        "weak": sum(part.weak for part in plan),
        "without_file_question": len(without),
    }
    yield from _totals(RULES, pack.rules.planned_sources_totals, held, "planned_sources_totals")
    tested = pack.rules.strength.tests.national_without_file_questions.criteria
    if sorted(tested) != sorted(without):
        way: Way = ("strength", "tests", "national_without_file_questions", "criteria")
        yield RULES, way, f"criteria without file questions: {_words(tested)}; by question-set.yaml {_words(without)}"


def _sample(pack: Pack) -> Found:
    areas, strata = len(pack.scope.areas), pack.questions.strata
    yield from twice("question-set.yaml", "stratum", {("strata", n, "code"): s.code for n, s in enumerate(strata)})
    for n, stratum in enumerate(strata):
        if stratum.total != stratum.per_area * areas:
            reason = f"{stratum.per_area} in each of {areas} Areas is {stratum.per_area * areas}, not {stratum.total}"
            yield "question-set.yaml", ("strata", n, "total"), f"stratum {stratum.code}: {reason}"
    examined = pack.scope.methodology.file_examination
    if examined is None:
        return
    way: Way = ("methodology", "file_examination")
    each = sum(stratum.per_area for stratum in strata)
    held = {"areas": areas, "files_per_area": each, "files_total": each * areas}
    yield from _totals("scope.yaml", {name: getattr(examined, name) for name in held}, held, *way)
    by_code = {stratum.code: stratum for stratum in strata}
    for n, part in enumerate(examined.parts):
        for code in [code for code in part.strata if code not in by_code]:
            yield "scope.yaml", (*way, "parts", n, "strata"), f"{part.ref} names stratum {code}, which is missing"
        there = [by_code[code] for code in part.strata if code in by_code]
        held = {"per_area": sum(s.per_area for s in there), "total": sum(s.total for s in there)}
        yield from _totals("scope.yaml", {"per_area": part.per_area, "total": part.total}, held, *way, "parts", n)
    if (dip := examined.dip_sample) is not None and dip.minimum != ceil(round(dip.share * examined.files_total, 6)):
        reason = f"minimum: {dip.share:.0%} of {examined.files_total} files, rounded up, is not {dip.minimum}"
        yield "scope.yaml", (*way, "dip_sample", "minimum"), reason


def _letters(pack: Pack) -> Found:
    letters = pack.scope.commissioning
    if letters is None:
        return
    visited = sum(area.on_site for area in pack.scope.areas)
    number = {"on_site_areas": visited, "other_areas": len(pack.scope.areas) - visited, "headquarters": 1}
    asked = {
        "on_site_areas": {"on_site_areas", "all_areas"},
        "other_areas": {"all_areas"},
        "headquarters": {"headquarters"},
    }
    for n, letter in enumerate(letters.letters):
        way: Way = ("commissioning", "letters", n)
        yield from _totals("scope.yaml", {"count": letter.count}, {"count": number[letter.to]}, *way)
        held = [request.id for request in pack.requests.requests if request.from_ in asked[letter.to]]
        if sorted(letter.requests) != sorted(held):
            reason = f"requests to {letter.to}: {_words(letter.requests)}; by document-requests.yaml {_words(held)}"
            yield "scope.yaml", (*way, "requests"), reason
    total = sum(letter.count for letter in letters.letters)
    yield from _totals(
        "scope.yaml", {"letters_total": letters.letters_total}, {"letters_total": total}, "commissioning"
    )


def _of_guides(pack: Pack) -> dict[str, int]:
    visited = [area.code for area in pack.scope.areas if area.on_site]
    changes = {(change.area, change.role): change for change in pack.guides.area_changes}
    number = {"HQ": 0, "on_site_areas": 0}
    kinds = {"interview": 0, "focus group": 0}
    for session in pack.guides.planned_sessions:
        for place in visited if session.at == "on_site_areas" else [""]:
            change = changes.get((place, session.role))
            count = session.planned_count if change is None or change.planned_count is None else change.planned_count
            number[session.at] += count
            kinds[(change and change.kind) or session.kind] += count
    prompts = [prompt for guide in pack.guides.guides for prompt in guide.questions]
    return {
        "roles": len(pack.guides.guides),
        "headquarters_sessions": number["HQ"],
        "area_sessions": number["on_site_areas"],
        "all_sessions": sum(number.values()),
        "interviews": kinds["interview"],
        "focus_groups": kinds["focus group"],
        "prompts": len(prompts),
        "prompts_for_all": sum(not prompt.areas for prompt in prompts),
        "prompts_for_some_areas": sum(bool(prompt.areas) for prompt in prompts),
    }


def _of_requests(pack: Pack) -> dict[str, int]:
    visited, every = sum(area.on_site for area in pack.scope.areas), len(pack.scope.areas)
    lines = {"on_site_areas": visited, "all_areas": every, "headquarters": 1}
    asked = pack.requests.requests
    documents = [request.from_ for request in asked if request.kind == "document"]
    case_lists = sum(lines[request.from_] for request in asked if request.kind == "case_list")
    headquarters = documents.count("headquarters")
    areas = sum(lines[from_] for from_ in documents) - headquarters
    return {
        "document_lines_areas": areas,
        "document_lines_headquarters": headquarters,
        "document_lines": areas + headquarters,
        "case_list_lines": case_lists,
        "all_lines": areas + headquarters + case_lists,
        "request_kinds": len(asked),
        **({"letters": pack.scope.commissioning.letters_total} if pack.scope.commissioning else {}),
    }


def _of_earlier(pack: Pack) -> dict[str, int]:
    items = pack.earlier.items
    kinds = {kind: sum(item.kind == kind for item in items) for kind in ("recommendation", "commitment", "finding")}
    checked = {f"checked_{mark}": sum(item.checked == mark for item in items) for mark in ("yes", "part", "no")}
    return {"items": len(items), **checked, **{f"{kind}s": number for kind, number in kinds.items()}}


def _totals(file: str, said: Mapping[str, int], held: Mapping[str, int], *way: int | str) -> Found:
    """Numbers that a file says of itself; one that cannot be worked out is taken as it is."""
    start: Way = way or ("totals",)
    for name, number in said.items():
        if name in held and held[name] != number:
            yield file, (*start, name), f"{name}: {number}; by what the pack holds it is {held[name]}"
