"""notes that are withdrawn and put back one by one, and when each was last changed"""

from alembic import op
import sqlalchemy as sa

revision = "024"
down_revision = "023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("note") as batch_op:
        batch_op.add_column(sa.Column("withdrawn_by", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("withdrawn_with_import", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("touched", sa.Uuid(), nullable=True))
    note = sa.table(
        "note", sa.column("touched"), sa.column("text_id"), sa.column("withdrawn_at"), sa.column("withdrawn_with_import")
    )
    op.execute(note.update().values(touched=note.c.text_id))
    # Until now a note was only ever withdrawn with its import.
    op.execute(note.update().where(note.c.withdrawn_at.is_not(None)).values(withdrawn_with_import=sa.true()))
    with op.batch_alter_table("note") as batch_op:
        batch_op.alter_column("withdrawn_by", server_default=None)
        batch_op.alter_column("withdrawn_with_import", server_default=None)
        batch_op.alter_column("touched", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("note") as batch_op:
        batch_op.drop_column("touched")
        batch_op.drop_column("withdrawn_with_import")
        batch_op.drop_column("withdrawn_by")
