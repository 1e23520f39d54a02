"""Define `flask jobs …`."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.cli.errors import Refused, report_refusals
from app.jobs import runner
from app.jobs.models import Job
from app.jobs.runner import RunResult
from app.scheduled_tasks import TASKS
from boards import clock
from boards.database import now, read_session


@click.group("jobs", cls=AppGroup, invoke_without_command=True)
@click.pass_context
@with_appcontext
def jobs(context: click.Context) -> None:
    """List what happens by itself: name, when due, last run, how that went, who is at it. Also: run."""
    if context.invoked_subcommand is None:
        rows = {job.name: job for job in read_session().scalars(select(Job))}
        for task in TASKS:
            click.echo(
                "\t".join(
                    (
                        task.name,
                        *(_described(rows[task.name]) if task.name in rows else ("après le démarrage du serveur",)),
                    )
                )
            )


@jobs.command("run")
@click.argument("name", type=click.Choice([task.name for task in TASKS]))
@report_refusals
def run(name: str) -> None:
    """Carry a job out now, due or not."""
    [task] = [task for task in TASKS if task.name == name]
    runner.enter([task])
    went = runner.run_job(task, even_early=True)
    job = read_session().get_one(Job, name)
    if went is RunResult.ELSEWHERE:
        raise Refused(f"{name} : en cours chez {job.taken_by or 'un autre'}.")
    if went is RunResult.WRONG:
        raise Refused(f"{name} : échec. {job.outcome}")
    click.echo(job.outcome)


def _described(job: Job) -> tuple[str, str, str, str]:
    last = _moment(job.finished_at) if job.finished_at else "jamais"
    went = f"{job.failures} échecs : {job.outcome}" if job.failures else job.outcome
    return _moment(job.due_at), last, went, _holder(job)


def _holder(job: Job) -> str:
    if job.taken_until is None:
        return ""
    return f"en cours chez {job.taken_by}" if job.taken_until >= now() else f"interrompu chez {job.taken_by}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(clock.zone()):%Y-%m-%d %H:%M:%S}"
