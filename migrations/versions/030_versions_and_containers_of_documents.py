"""which document a document supersedes, which it came in, and what the virus scanner said of its file"""

from alembic import op
import sqlalchemy as sa

revision = "030"
down_revision = "029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("original") as original:
        original.add_column(sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True))
        original.add_column(sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))
        original.add_column(sa.Column("scan", sa.Text(), nullable=False, server_default="not_scanned"))
        original.add_column(sa.Column("scan_found", sa.Text(), nullable=False, server_default=""))
    # The defaults were for the rows that are there.
    with op.batch_alter_table("original") as original:
        original.alter_column("scan", server_default=None)
        original.alter_column("scan_found", server_default=None)
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("superseded_by", sa.Text(), nullable=True))
        source.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("supersedes_id", sa.Uuid(), nullable=True))
        document.add_column(sa.Column("came_in_id", sa.Uuid(), nullable=True))
        document.create_foreign_key(op.f("fk_document_supersedes_id"), "document", ["supersedes_id"], ["id"])
        document.create_foreign_key(op.f("fk_document_came_in_id"), "document", ["came_in_id"], ["id"])
        document.create_unique_constraint(op.f("uq_document_supersedes_id"), ["supersedes_id"])
        document.create_index(op.f("ix_document_came_in_id"), ["came_in_id"])


def downgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.drop_index(op.f("ix_document_came_in_id"))
        document.drop_constraint(op.f("uq_document_supersedes_id"), type_="unique")
        document.drop_constraint(op.f("fk_document_came_in_id"), type_="foreignkey")
        document.drop_constraint(op.f("fk_document_supersedes_id"), type_="foreignkey")
        document.drop_column("came_in_id")
        document.drop_column("supersedes_id")
    with op.batch_alter_table("source") as source:
        source.drop_column("superseded_at")
        source.drop_column("superseded_by")
    with op.batch_alter_table("original") as original:
        original.drop_column("scanned_at")
        original.drop_column("scan_found")
        original.drop_column("scan")
        original.drop_column("damaged_at")
