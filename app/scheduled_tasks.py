"""List the scheduled jobs."""

from __future__ import annotations

from app.audit import log as audit_log
from app.jobs.models import Task
from app.notifications.digest import send_digests
from app.notifications.reminder import send_reminders
from app.web.cron import at, every_minute
from boards import freshness
from boards.search.failed_queries import forget_old_searches

TASKS = (
    Task("publish_cards", every_minute, freshness.publish_due, "infos publiées"),
    Task("expire_cards", every_minute, freshness.expire_due, "infos expirées"),
    Task("send_digests", every_minute, send_digests, "récapitulatifs envoyés"),
    Task("remind_readers", at(9, on="mon-fri"), send_reminders, "personnes relancées"),
    Task("forget_old_entries", at(3, 40), audit_log.forget_old_entries, "lignes du journal effacées"),
    Task("forget_old_searches", at(3, 50), forget_old_searches, "recherches sans résultat oubliées"),
)
