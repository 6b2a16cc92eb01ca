"""boxes on the pictures of pages, as evidence"""

from alembic import op
import sqlalchemy as sa

revision = "039"
down_revision = "038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture_box",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_picture_box_inspection_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_picture_box_document_id")),
        sa.ForeignKeyConstraint(["item_id"], ["evidence_item.id"], name=op.f("fk_picture_box_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_box")),
        sa.UniqueConstraint("item_id", name=op.f("uq_picture_box_item_id")),
    )
    op.create_index(op.f("ix_picture_box_document_id_picture_box_page"), "picture_box", ["document_id", "page"])


def downgrade() -> None:
    op.drop_index(op.f("ix_picture_box_document_id_picture_box_page"), "picture_box")
    op.drop_table("picture_box")
