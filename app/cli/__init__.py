"""The command line: `flask init`, `flask people | services | board | log | jobs …`, `flask backup`, `flask restore`."""

from __future__ import annotations

from flask import Flask

from app.cli import backup, boards, importing, jobs, log, people, services, town


def init_app(app: Flask) -> None:
    people.people.add_command(importing.import_people)
    for command in (town.init, people.people, services.services, boards.board, log.log, jobs.jobs, backup.backup, backup.restore):
        app.cli.add_command(command)
