"""Jobs are leased, so that a worker that is gone is told from one that takes long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Put the end of a lease in the place of the mark; what was marked waits again."""
    op.add_column("jobs", sa.Column("leased_until", _TEXT, nullable=True))
    op.drop_column("jobs", "claimed")
