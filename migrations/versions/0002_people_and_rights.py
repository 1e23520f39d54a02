"""People and rights: services, profiles, one-time links, identities, the administrative log, rights by column

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RECORD = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def new_columns() -> dict[str, list[sa.Column]]:
    """SQLite adds columns in place; making a table anew would lose, by cascade, what refers to it."""
    return {
        "services": [
            sa.Column("hours", sa.Text(), nullable=False, server_default=""),
            sa.Column("contact", sa.Text(), nullable=False, server_default=""),
            sa.Column("archived_at", MOMENT, nullable=True),
        ],
        "people": [
            sa.Column("chosen_initials", sa.String(length=4), nullable=True),
            sa.Column("erased_at", MOMENT, nullable=True),
            sa.Column("photo_version", BIG, nullable=False, server_default="0"),
            sa.Column("version", BIG, nullable=False, server_default="1"),
        ],
        "columns": [sa.Column("rights", RECORD, nullable=False, server_default="{}")],
        "accounts": [
            sa.Column("last_seen_at", MOMENT, nullable=True),
            sa.Column("language", sa.String(length=8), nullable=True),
            sa.Column("theme", sa.String(length=20), nullable=True),
            sa.Column("density", sa.String(length=20), nullable=True),
        ],
        "sign_ins": [
            sa.Column("address", sa.String(length=60), nullable=False, server_default=""),
            sa.Column("last_seen_at", MOMENT, nullable=True),
            sa.Column("id_token", sa.Text(), nullable=True),
        ],
        "api_tokens": [
            sa.Column("scope", sa.String(length=10), nullable=False, server_default="write"),
            sa.Column("last_used_at", MOMENT, nullable=True),
        ],
    }


def upgrade() -> None:
    for table, columns in new_columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "photos",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("webp", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_photos_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_photos")),
    )
    op.create_table(
        "one_time_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_one_time_links_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_links_token_hash")),
    )
    op.create_index(op.f("ix_one_time_links_account_id"), "one_time_links", ["account_id"])
    op.create_table(
        "identities",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_identities_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
    )
    op.create_index(op.f("ix_identities_account_id"), "identities", ["account_id"])
    op.create_table(
        "audit_entries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("facts", RECORD, nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_audit_entries_actor_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    for name in ("at", "action", "actor_id"):
        op.create_index(op.f(f"ix_audit_entries_{name}"), "audit_entries", [name])
    op.create_table(
        "town",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("setup_hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town")),
    )


def downgrade() -> None:
    for table in ("town", "audit_entries", "identities", "one_time_links", "photos"):
        op.drop_table(table)
    for table, columns in new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)
