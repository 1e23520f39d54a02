"""Define the `flask …` commands."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from app.server.migrations import MIGRATIONS
from boards.database import db


class Commands(AppGroup):
    """Commands imported on use: a serving process holds none of them, nor Alembic (9 MB)."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.name)
        self._app = app

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command."""
        self._load()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List all commands."""
        self._load()
        return super().list_commands(ctx)

    def _load(self) -> None:
        if self.commands:
            return
        from flask_migrate import Migrate

        from app.cli import (
            backup,
            boards,
            database_copy,
            doctor,
            jobs,
            log,
            people,
            people_import,
            search,
            services,
            town,
        )

        people.people.add_command(people_import.import_people)
        groups = (people.people, services.services, boards.board, log.log, jobs.jobs, search.search_commands)
        for command in (town.init, *groups, backup.backup, backup.restore, database_copy.db_copy, doctor.doctor):
            self.add_command(command)
        Migrate(self._app, db, directory=str(MIGRATIONS))  # `flask db …`


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli = Commands(app)
