"""what the pack has kept of each unit of a request"""

from alembic import op
import sqlalchemy as sa

revision = "040"
down_revision = "039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_unit",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_request_unit_inspection_id")),
        sa.ForeignKeyConstraint(["request_id"], ["document_request.id"], name=op.f("fk_request_unit_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_unit")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_request_unit_request_id_number")),
    )
    with op.batch_alter_table("request_unit") as unit:
        unit.create_index(unit.f("ix_request_unit_inspection_id"), ["inspection_id"], unique=False)


def downgrade() -> None:
    op.drop_table("request_unit")
