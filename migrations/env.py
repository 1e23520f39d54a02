"""Alembic's environment: the application's engine and the models' metadata."""

from alembic import context
from flask import current_app

import app.accounts.models  # noqa: F401 - tells the metadata about accounts
from boards.database import Base


def run_migrations() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
