"""Every table, so that migrations and tests see all of them."""

from app.accounts import models as accounts
from app.audit import models as audit
from app.calendar import models as calendar
from app.capture import models as capture
from app.db import operations
from app.documents import models as documents
from app.evidence import models as evidence
from app.figures import models as figures
from app.findings import models as findings
from app.inspections import models as inspections
from app.interviews import models as interviews
from app.jobs import models as jobs
from app.letters import models as letters
from app.matrix import models as matrix
from app.other_sources import models as other_sources
from app.register import models as register
from app.visits import models as visits

__all__ = [
    "accounts",
    "audit",
    "calendar",
    "capture",
    "documents",
    "evidence",
    "figures",
    "findings",
    "inspections",
    "interviews",
    "jobs",
    "letters",
    "matrix",
    "operations",
    "other_sources",
    "register",
    "visits",
]
