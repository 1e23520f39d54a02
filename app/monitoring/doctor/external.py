"""Check the mail server, the workers, the jobs and the public address."""

from __future__ import annotations

import http.client
import json
import secrets
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from sqlalchemy import select

from app.jobs.models import Job
from app.monitoring.doctor.databases import has_tables, workers_present
from app.monitoring.doctor.findings import Finding, watch, well, wrong
from app.web.smtp import open_connection
from boards.database import now, read_session
from config import Settings

MAIL, WORKERS, JOBS, ADDRESS = "Courrier", "Service", "Tâches", "Adresse publique"
_TIMEOUT_SECONDS = 5
_OVERDUE = timedelta(minutes=5)


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Check the mail server up to naming the sender, so that nobody gets a mail."""
    smtp = settings.smtp
    if smtp is None:
        yield well(
            MAIL,
            "aucun serveur (SMTP_HOST) : les liens se remettent en main propre, il n’y a ni résumé "
            "ni rappel par e-mail.",
        )
        return
    server = f"{smtp.host}:{smtp.port}"
    try:
        with open_connection(smtp) as connection:
            connection.ehlo_or_helo_if_needed()
            status, _said = connection.mail(parseaddr(smtp.sender)[1])
    except smtplib.SMTPAuthenticationError:
        yield wrong(MAIL, f"{server} refuse notre nom ou notre mot de passe.", "Corrigez SMTP_USER et SMTP_PASSWORD.")
    except ssl.SSLError as error:
        yield wrong(
            MAIL,
            f"le certificat de {server} est refusé ({error.reason}).",
            "Écrivez dans SMTP_HOST le nom que porte son certificat, ou faites-le renouveler.",
        )
    except smtplib.SMTPNotSupportedError:
        yield wrong(
            MAIL,
            f"{server} n’offre pas STARTTLS, ou pas de connexion par mot de passe.",
            "Corrigez SMTP_SECURITY (starttls, tls ou none) et SMTP_PORT.",
        )
    except (smtplib.SMTPException, OSError) as error:
        yield wrong(
            MAIL,
            f"{server} ne répond pas ({type(error).__name__}).",
            "Vérifiez SMTP_HOST, SMTP_PORT, SMTP_SECURITY et le pare-feu.",
        )
    else:
        if status == 250:
            yield well(MAIL, f"{server} répond et accepte l’expéditeur.")
        else:
            yield wrong(
                MAIL,
                f"{server} refuse l’expéditeur (réponse {status}).",
                "Mettez dans MAIL_FROM une adresse que ce serveur laisse partir.",
            )


def check_workers(settings: Settings) -> Iterator[Finding]:
    """Check the process at HOST and PORT, and count the workers known through Redis."""
    try:
        status, told = _ask(
            http.client.HTTPConnection(settings.host, settings.port, timeout=_TIMEOUT_SECONDS), "/readyz"
        )
    except (OSError, http.client.HTTPException):
        if number := workers_present(settings):
            yield well(
                WORKERS,
                f"{number} processus servent, sur d’autres ports ou d’autres machines que "
                f"{settings.host}:{settings.port}.",
            )
            return
        yield watch(
            WORKERS,
            f"rien ne répond à {settings.host}:{settings.port}.",
            "Normal si vous l’avez arrêté ; sinon : systemctl start flash-news, puis journalctl -u flash-news",
        )
        return
    if status == 200:
        yield well(WORKERS, f"prêt à {settings.host}:{settings.port}.")
    else:
        yield wrong(
            WORKERS,
            f"{settings.host}:{settings.port} répond {status} : {_not_ready(told)}.",
            "Voyez le journal : journalctl -u flash-news",
        )


def check_jobs(_settings: Settings) -> Iterator[Finding]:
    """Check that jobs run and do not fail."""
    if not has_tables():
        return
    rows = read_session().scalars(select(Job).order_by(Job.name)).all()
    failing = [job for job in rows if job.failures]
    late = [
        job for job in rows if job.due_at < now() - _OVERDUE and (job.taken_until is None or job.taken_until < now())
    ]
    for job in failing:
        yield watch(
            JOBS,
            f"{job.name} échoue ({job.failures} fois de suite).",
            f"flask jobs dit pourquoi ; réessayez avec flask jobs run {job.name}",
        )
    if late and len(late) > len(failing):
        yield wrong(
            JOBS,
            f"{', '.join(job.name for job in late)} : en retard.",
            "Aucun processus ne sert cette base, ou il est bloqué : redémarrez le service.",
        )
    if not failing and not late:
        yield well(JOBS, f"{len(rows)} suivies, aucune en retard.")


def check_address(settings: Settings) -> Iterator[Finding]:
    """Check the public address as a browser would: name, certificate, proxy, page and live connection."""
    if settings.public_url is None:
        return
    try:
        status, _told = _ask(_public(settings), "/healthz")
        upgraded, _told = _ask(
            _public(settings), "/socket.io/?EIO=4&transport=websocket", _upgrade(settings.public_url)
        )
        figures, _told = _ask(_public(settings), "/metrics")
    except ssl.SSLError as error:
        yield wrong(
            ADDRESS,
            f"le certificat de {settings.public_url} est refusé ({error.reason}).",
            "Renouvelez-le : certbot renew, puis systemctl reload nginx",
        )
        return
    except (OSError, http.client.HTTPException) as error:
        yield watch(
            ADDRESS,
            f"{settings.public_url} ne répond pas d’ici ({type(error).__name__}).",
            "Vérifiez nginx, le nom et le pare-feu, si d’autres machines ne l’atteignent pas non plus.",
        )
        return
    if status != 200:
        yield wrong(
            ADDRESS,
            f"{settings.public_url}/healthz répond {status}.",
            "Vérifiez le bloc « upstream » de nginx et que le service tourne.",
        )
    elif upgraded != 101:
        yield wrong(
            ADDRESS,
            f"la connexion en direct (WebSocket) ne passe pas : réponse {upgraded}.",
            "Reprenez de deploy/nginx.conf les en-têtes Upgrade, Connection et Host ; PUBLIC_URL "
            "doit être l’adresse que l’on tape.",
        )
    else:
        yield well(ADDRESS, f"{settings.public_url} répond, connexion en direct comprise.")
    if figures == 200:
        yield wrong(
            ADDRESS,
            "les mesures (/metrics) se lisent de dehors.",
            "Reprenez « location = /metrics » de deploy/nginx.conf, et ses en-têtes X-Forwarded-For.",
        )


def _public(settings: Settings) -> http.client.HTTPConnection:
    parts = urlsplit(settings.public_url or "")
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            host, parts.port, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_SECONDS)


def _upgrade(origin: str) -> dict[str, str]:
    key = b64encode(secrets.token_bytes(16)).decode("ascii")
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Origin": origin,
    }


def _ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    with closing(connection):
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, b"" if answer.status == http.HTTPStatus.SWITCHING_PROTOCOLS else answer.read(10_000)


def _not_ready(told: bytes) -> str:
    try:
        parts = json.loads(told)
        return ", ".join(f"{name} {value}" for name, value in parts.items() if name != "status")
    except (ValueError, AttributeError):
        return "ce n’est pas Flash News qui répond"
