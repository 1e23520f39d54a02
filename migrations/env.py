"""Alembic's environment: the application's engine, or a connection that was handed over with its transaction, and the models' metadata."""

from alembic import context
from sqlalchemy import Connection

import app.accounts.models  # noqa: F401 - tells the metadata about accounts
from boards.database import Base, db


def run_migrations(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run_migrations(handed_over)
else:
    with db.engine.connect() as own:
        run_migrations(own)
