"""what the strength of a claim is worked out from, too, lies in the index that the matrix is counted from"""

from alembic import op

revision = "013"
down_revision = "012"
branch_labels = None
depends_on = None

COLUMNS = ["inspection_id", "live", "criterion_id", "source_kind", "body_id", "role_id", "direction", "source_id"]


def upgrade() -> None:
    op.drop_index("ix_tag_matrix", "tag")
    op.create_index("ix_tag_matrix", "tag", [*COLUMNS, "evidence_kind", "set_aside", "item_id"])


def downgrade() -> None:
    op.drop_index("ix_tag_matrix", "tag")
    op.create_index("ix_tag_matrix", "tag", COLUMNS)
