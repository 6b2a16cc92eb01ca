from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flask import Blueprint, abort, g, request, url_for

from app.access import Action, allow
from app.evidence.queries import list_places
from app.evidence.views import get_item
from app.extensions import htmx
from app.inspections.gate import CurrentInspection, may
from app.inspections.models import TeamRole
from app.inspections.queries import get_rules, list_inspections_of, roles_of
from app.interviews import raising, raising_queries
from app.interviews.joining_queries import list_unchosen
from app.interviews.models import STATE_LABELS, RaisedMatter
from app.interviews.planning_queries import plan_table
from app.interviews.queries import list_mine
from app.matrix import queries as matrix
from app.overview import queries
from app.overview.diary import diary
from app.overview.navigation import source_address
from app.overview.timetable import timetable
from app.overview.week import monday, read_week
from app.register.queries import read_register
from app.web import clock
from app.web.markup import from_markdown
from app.web.pages import page, to

bp = Blueprint("overview", __name__)
DOCS = Path(__file__).resolve().parents[2] / "docs"
# A page of help for each kind of user, and everything by feature: the name in the address, what it is called, the file.
HELP = {
    "inspector": ("Legal inspector", DOCS / "help" / "inspector.md"),
    "lead": ("Lead inspector", DOCS / "help" / "lead.md"),
    "quality-assurance": ("Quality assurance lead", DOCS / "help" / "quality-assurance.md"),
    "observer": ("Observer", DOCS / "help" / "observer.md"),
    "administrator": ("Administrator", DOCS / "help" / "administrator.md"),
    "it": ("IT", DOCS / "help" / "it.md"),
    "using": ("Everything, by feature", DOCS / "using.md"),
}

HELP_OF = {
    TeamRole.LEAD: "lead",
    TeamRole.INSPECTOR: "inspector",
    TeamRole.QA_LEAD: "quality-assurance",
    TeamRole.OBSERVER: "observer",
}


@bp.get("/")
@allow(Action.SIGNED_IN)
def home():
    inspections = list_inspections_of(g.actor.id)
    if len(inspections) == 1:
        return to(url_for("overview.show_inspection", inspection=inspections[0].code))
    return page("overview/home.html", inspections=inspections)


@bp.get("/inspections/<inspection>/evidence/<reference>/in-place")
@allow(Action.READ)
def show_in_place(inspection: CurrentInspection, reference: str):
    """The passage of an evidence item, wherever it stands by now: what exports lead to."""
    item = get_item(inspection, reference)
    if item.withdrawn_at is not None:
        return to(url_for("evidence.show_item", reference=item.reference))
    place = next(iter(list_places(item.id)), item.text)
    return to(source_address(item.source.feature, item.source.reference, place.position, item.reference))


@bp.get("/help")
@allow(Action.SIGNED_IN)
def show_help():
    roles = roles_of(g.actor.id)
    own = [HELP_OF[role] for role in HELP_OF if role in roles]
    return to(url_for(".show_help_page", name=own[0] if own else "administrator" if may("administer") else "inspector"))


@bp.get("/help/<name>")
@allow(Action.SIGNED_IN)
def show_help_page(name: str):
    if name not in HELP:
        abort(404, f"There is no page of help called ‘{name[:40]}’. Open Help and choose one.")
    title, file = HELP[name]
    text = from_markdown(file.read_text(encoding="utf-8"), _help_link)
    pages = [(each, label) for each, (label, _file) in HELP.items()]
    return page("overview/help.html", text=text, name=name, title=title, pages=pages)


def _help_link(written: str) -> str:
    """A link between the files as they lie in the repository, as one between the pages."""
    file, _, place = written.partition("#")
    found = next((name for name, (_title, path) in HELP.items() if file and path.name == Path(file).name), None)
    return url_for(".show_help_page", name=found, _anchor=place or None) if found else written


@bp.get("/inspections/<inspection>/")
@allow(Action.READ)
def show_inspection(inspection: CurrentInspection):
    today = clock.today()
    register, times = read_register(inspection.id, today), timetable(inspection.id, today)
    counts = queries.count_all(inspection.id, get_rules(inspection.id), raising.whose(inspection, g.actor), g.actor.id)
    return page(
        "overview/inspection.html",
        counts=counts,
        coverage=matrix.coverage(inspection.id),
        times=times,
        diary=diary(inspection.id, today, register, times),
        unchosen=list_unchosen(inspection.id),
        mine=list_mine(inspection.id, g.actor.id),
        plan=plan_table(inspection.id),
        interview_states=STATE_LABELS,
        register=register,
        week=monday(today),
        raised=_raised(inspection, counts.raised),
    )


def _raised(inspection: CurrentInspection, waiting: raising_queries.Waiting) -> Sequence[RaisedMatter]:
    """What waits for this person of what was raised with the lead."""
    if not inspection.allows(Action.RECORD):
        return []
    g.raised = waiting  # the head of the page says it, too
    whose = raising.whose(inspection, g.actor)
    return raising_queries.list_waiting(inspection.id, whose, g.actor.id) if any(waiting) else []


@bp.get("/inspections/<inspection>/week")
@allow(Action.READ)
def show_week(inspection: CurrentInspection):
    """Who is where in one week; for htmx, the table alone, as the overview holds it."""
    found = read_week(inspection.id, _read_monday())
    return page("overview/_week.html" if htmx else "overview/week.html", found=found)


def _read_monday() -> date:
    given = request.args.get("from", "")
    try:
        return monday(date.fromisoformat(given) if given else clock.today())
    except (ValueError, OverflowError):
        abort(404, "The week in the address is no date. Write it like 2026-04-13, or open the week from the overview.")
