"""The command line: `flask init`, `flask people | services | board | log | jobs | search …`, `flask backup`, `flask restore`, `flask db-copy`, `flask doctor`."""

from __future__ import annotations

from flask import Flask

from app.cli import backup, boards, copying, doctor, importing, jobs, log, people, search, services, town


def init_app(app: Flask) -> None:
    people.people.add_command(importing.import_people)
    groups = (people.people, services.services, boards.board, log.log, jobs.jobs, search.search)
    for command in (town.init, *groups, backup.backup, backup.restore, copying.db_copy, doctor.doctor):
        app.cli.add_command(command)
