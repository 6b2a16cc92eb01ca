"""documents that are closed until somebody has checked them for names; those that are here were open, and stay so"""

from alembic import op
import sqlalchemy as sa

revision = "031"
down_revision = "030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", sa.Text(), nullable=False, server_default="clear"))
        batch_op.add_column(sa.Column("names_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("names_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("names_by", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("names_note", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_document_names"), ["names"])
    # What is received from now on says so itself: nothing is open because nobody said otherwise.
    with op.batch_alter_table("document", schema=None) as batch_op:
        for name in ("names", "names_by", "names_note"):
            batch_op.alter_column(name, server_default=None)
    op.create_table(
        "document_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_opening_document_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_document_opening_inspection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_opening")),
    )
    op.create_index(
        "ix_document_opening_of",
        "document_opening",
        ["document_id", "opened_by_id", "opened_at"],
    )


def downgrade() -> None:
    op.drop_table("document_opening")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_names"))
        for name in ("names_note", "names_by", "names_by_id", "names_at", "names"):
            batch_op.drop_column(name)
