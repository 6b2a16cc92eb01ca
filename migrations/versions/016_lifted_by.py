"""who has lifted evidence is found without reading the evidence"""

from alembic import op

revision = "016"
down_revision = "015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_evidence_item_lifted", "evidence_item", ["inspection_id", "created_by", "number"])


def downgrade() -> None:
    op.drop_index("ix_evidence_item_lifted", "evidence_item")
