"""notes in an order of their own, split and merged, and items through whose words a note was split"""

from alembic import op
import sqlalchemy as sa

revision = "026"
down_revision = "025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_piece",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("start_at", sa.Integer(), nullable=False),
        sa.Column("end_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["evidence_item.id"], name=op.f("fk_item_piece_item_id")),
        sa.ForeignKeyConstraint(["text_id"], ["source_text.id"], name=op.f("fk_item_piece_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_piece")),
    )
    op.create_index(op.f("ix_item_piece_item_id"), "item_piece", ["item_id"])
    op.create_index(op.f("ix_item_piece_text_id"), "item_piece", ["text_id"])
    with op.batch_alter_table("note") as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_note_merged_into_id"), "note", ["merged_into_id"], ["id"])
    note = sa.table("note", sa.column("place"), sa.column("number"))
    op.execute(note.update().values(place=note.c.number))
    with op.batch_alter_table("note") as batch_op:
        batch_op.alter_column("place", existing_type=sa.Integer(), nullable=False)
    op.create_index("ix_note_place", "note", ["interview_id", "place"])


def downgrade() -> None:
    op.drop_index("ix_note_place", "note")
    with op.batch_alter_table("note") as batch_op:
        batch_op.drop_constraint(op.f("fk_note_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("place")
    op.drop_table("item_piece")
