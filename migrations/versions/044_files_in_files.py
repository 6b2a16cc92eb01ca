"""what lies in documents that hold files, so that each counts by how it was checked itself"""

from datetime import UTC, datetime
from uuid import UUID

from alembic import op
import sqlalchemy as sa
from uuid6 import uuid7

revision = "044"
down_revision = "043"
branch_labels = None
depends_on = None

LIST = "list the files in a document"

document = sa.table("document", sa.column("id", sa.Uuid()), sa.column("original_id", sa.Uuid()), sa.column("holds"))
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
    op.create_table(
        "file_inside",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("looked_into", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_file_inside_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_inside")),
    )
    op.create_index(op.f("ix_file_inside_document_id"), "file_inside", ["document_id"])
    _ask_what_lies_in_them()


def _ask_what_lies_in_them() -> None:
    """Until the worker has looked, a file that holds others is closed, whatever was said of it."""
    held = sa.or_(original.c.kind.in_(("zip", "eml", "msg")), sa.and_(original.c.kind == "pdf", document.c.holds > 0))
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
        for row in op.get_bind().execute(found.where(held)).all()
    ]
    if wanted:
        op.bulk_insert(job, wanted)


def downgrade() -> None:
    op.execute(job.delete().where(job.c.kind == LIST))
    op.drop_index(op.f("ix_file_inside_document_id"), table_name="file_inside")
    op.drop_table("file_inside")
