"""what the strength of a claim is worked out from, too, lies in the index that the matrix is counted from"""

from alembic import op
import sqlalchemy as sa

revision = "015"
down_revision = "014"
branch_labels = None
depends_on = None

COLUMNS = ["inspection_id", "live", "criterion_id", "source_kind", "body_id", "role_id", "direction", "source_id"]


def upgrade() -> None:
    op.drop_index("ix_tag_matrix", "tag")
    op.create_index("ix_tag_matrix", "tag", [*COLUMNS, "evidence_kind", "set_aside", "item_id"])
    newer = sa.text("supersedes_id IS NOT NULL")
    columns = ["inspection_id", "supersedes_id"]
    op.create_index("ix_source_text_newer", "source_text", columns, sqlite_where=newer, postgresql_where=newer)


def downgrade() -> None:
    op.drop_index("ix_source_text_newer", "source_text")
    op.drop_index("ix_tag_matrix", "tag")
    op.create_index("ix_tag_matrix", "tag", COLUMNS)
