"""what lies in Office files, on pages of PDFs and in messages that were kept as plain text, and in what holds them"""

from datetime import UTC, datetime
from uuid import UUID

from alembic import op
import sqlalchemy as sa
from uuid6 import uuid7

revision = "047"
down_revision = "046"
branch_labels = None
depends_on = None

LIST = "list the files in a document"
KINDS = ("zip", "eml", "msg", "pdf", "docx", "xlsx", "pptx", "odt", "txt", "csv")

document = sa.table("document", sa.column("id", sa.Uuid()), sa.column("original_id", sa.Uuid()))
original = sa.table(
    "original", sa.column("id", sa.Uuid()), sa.column("inspection_id", sa.Uuid()), sa.column("kind", sa.Text())
)
job = sa.table(
    "job",
    sa.column("id", sa.Uuid()),
    sa.column("kind", sa.Text()),
    sa.column("arguments", sa.JSON()),
    sa.column("inspection_id", sa.Uuid()),
    sa.column("actor_id", sa.Uuid()),
    sa.column("actor", sa.Text()),
    sa.column("state", sa.Text()),
    sa.column("attempt", sa.Integer()),
    sa.column("queued_at", sa.DateTime(timezone=True)),
    sa.column("done", sa.Integer()),
    sa.column("total", sa.Integer()),
)


def upgrade() -> None:
    """What is known of a file stands until the worker has looked at it: nothing closes before it is found to hold one."""
    database = op.get_bind()
    asked = database.execute(sa.select(job.c.arguments).where(job.c.kind == LIST, job.c.state == "queued"))
    already = {row.arguments["document"] for row in asked}
    found = sa.select(document.c.id, original.c.inspection_id).join(original, original.c.id == document.c.original_id)
    wanted = [
        {
            "id": uuid7(),
            "kind": LIST,
            "arguments": {"document": row.id.hex},
            "inspection_id": row.inspection_id,
            "actor_id": UUID(int=0),
            "actor": "Fieldbook",
            "state": "queued",
            "attempt": 0,
            "queued_at": datetime.now(UTC),
            "done": 0,
            "total": 0,
        }
        for row in database.execute(found.where(original.c.kind.in_(KINDS))).all()
        if row.id.hex not in already
    ]
    if wanted:
        op.bulk_insert(job, wanted)


def downgrade() -> None:
    op.execute(job.delete().where(job.c.kind == LIST, job.c.state == "queued"))
