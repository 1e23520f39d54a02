"""A card that was put away before its day came remains unknown to those who may not edit it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("unpublished", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE cards SET unpublished = true WHERE visible_from IS NOT NULL"))


def downgrade() -> None:
    op.drop_column("cards", "unpublished")
