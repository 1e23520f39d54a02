"""Define `flask doctor`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.errors import Refused
from app.monitoring.doctor import databases, external, host, installation
from app.monitoring.doctor.findings import Finding, FindingState, wrong
from boards.database import restart_read
from config import Settings

log = logging.getLogger(__name__)

Check = Callable[[Settings], Iterator[Finding]]
CHECKS: dict[str, Check] = {
    installation.SETTINGS: installation.settings_fit,
    installation.VERSIONS: installation.versions,
    databases.DATABASE: databases.database,
    databases.REDIS: databases.redis_store,
    host.CLOCK: host.clock,
    host.DISK: host.disk,
    host.BACKUPS: host.backups,
    external.MAIL: external.check_mail,
    external.WORKERS: external.check_workers,
    external.JOBS: external.check_jobs,
    external.ADDRESS: external.check_address,
}
_SIGNS = {FindingState.WELL: ("✓", "green"), FindingState.WATCH: ("!", "yellow"), FindingState.WRONG: ("✗", "red")}


@click.command("doctor")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON array of {state, subject, told, advice}, for monitoring."
)
@with_appcontext
def doctor(as_json: bool) -> None:
    """Look at settings, versions, database, Redis, clock, disk, mail, workers… and say what to do.

    Exit status 1 when something is wrong.
    """
    findings = [finding for subject, check in CHECKS.items() for finding in _examine(subject, check)]
    if as_json:
        click.echo(
            json.dumps(
                [{**vars(finding), "state": finding.state.name.lower()} for finding in findings], ensure_ascii=False
            )
        )
    else:
        _print(findings)
    faults = sum(finding.state is FindingState.WRONG for finding in findings)
    if faults:
        raise Refused(f"À corriger : {faults}.")


def _examine(subject: str, check: Check) -> list[Finding]:
    """Run one check; report an exception as a finding."""
    try:
        return list(check(current_app.config["SETTINGS"]))
    except Exception as error:
        restart_read()  # the next check needs a usable transaction
        log.debug("the check %s broke", subject, exc_info=True)
        message = f"vérification impossible : {type(error).__name__}, {databases.first_line(error)}"
        return [wrong(subject, message, "LOG_LEVEL=DEBUG flask doctor dit où.")]


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        sign, colour = _SIGNS[finding.state]
        click.echo(f"{click.style(sign, fg=colour)} {finding.subject} : {finding.told}")
        if finding.advice:
            click.echo(f"    → {finding.advice}")
    watched = sum(finding.state is FindingState.WATCH for finding in findings)
    click.echo(f"À surveiller : {watched}." if watched else "Rien à surveiller.")
