"""Fieldbook: the tool that a prosecution inspectorate runs a thematic inspection on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import cli, models
from app.access import Action, allow
from app.accounts.views import bp as accounts
from app.calendar.views import bp as calendar
from app.capture.views import bp as capture
from app.contradictions.views import bp as contradictions
from app.criteria.views import bp as criteria
from app.db.transaction import prepare
from app.documents import box_views, checking_views, copying_views
from app.documents.views import bp as documents
from app.evidence.views import bp as evidence
from app.extensions import csrf, db, htmx, login_manager, migrate
from app.figures.views import bp as figures
from app.findings.views import bp as findings
from app.inspections import gate
from app.inspections.views import bp as inspections
from app.interviews import (
    action_views,
    importing_views,
    joining_views,
    paper_views,
    planning_views,
    preparing_views,
    raising_views,
    receipt_views,
    writing_up_views,
)
from app.interviews.views import bp as interviews
from app.letters import sending_views, template_views
from app.letters.views import bp as letters
from app.matrix.views import bp as matrix
from app.other_sources.views import bp as other_sources
from app.overview import navigation
from app.overview.views import bp as overview
from app.packs.views import bp as packs
from app.register import contents_views, own_views, unit_views, version_views
from app.register.sorting_views import bp as register
from app.visits.views import bp as visits
from app.web import clock, errors, pages
from app.web.dispatch import Application

ROOT = Path(__file__).resolve().parent.parent
# Each puts the routes of one story on the blueprint of its package: loading them is all that they want.
STORIES = (
    action_views,
    box_views,
    checking_views,
    contents_views,
    copying_views,
    importing_views,
    joining_views,
    paper_views,
    planning_views,
    preparing_views,
    raising_views,
    receipt_views,
    sending_views,
    template_views,
    own_views,
    unit_views,
    version_views,
    writing_up_views,
)
BLUEPRINTS = (
    accounts,
    capture,
    inspections,
    overview,
    interviews,
    visits,
    calendar,
    documents,
    other_sources,
    register,
    letters,
    figures,
    evidence,
    findings,
    contradictions,
    criteria,
    matrix,
    packs,
)


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application; `settings` go over those of the environment."""
    app = Application("fieldbook", root_path=str(ROOT), instance_path=str(ROOT / "instance"))
    app.config.from_mapping(config.settings())
    app.config.from_mapping(settings)
    _templates(app)
    if app.config["BEHIND_PROXY"]:
        # The proxy says how it was spoken to, and by whom: for secure cookies, CSRF and the throttle.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    try:
        clock.start(app, app.config["CLOCK"])
    except ValueError:
        raise config.WrongSetting(
            f"FIELDBOOK_CLOCK must be a time such as 2026-04-14T10:00, not {app.config['CLOCK']!r}."
        ) from None
    db.init_app(app)
    csrf.init_app(app)
    htmx.init_app(app)
    login_manager.init_app(app)
    login_manager.session_protection = None  # the cookie names a sign-in that the server can end
    migrate.init_app(app, db)
    with app.app_context():
        for engine in db.engines.values():
            prepare(engine)
    gate.install(app)
    pages.install(app)
    errors.install(app)
    navigation.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.view_functions["static"] = allow(Action.PUBLIC)(app.view_functions["static"])
    cli.install(app)
    return app


def _templates(app: Flask) -> None:
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "templates"),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    WTFormsHelpers(app)


__all__ = ["create_app", "models"]
