"""What happens by itself, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app import audit
from app.digest import send_digests
from app.jobs.times import When, at, every_minute
from app.reminder_mail import send_reminders
from boards import freshness
from boards.search.vain import forget_old_searches


@dataclass(frozen=True)
class Task:
    """A job as the program knows it. `work` does all that is due and says how much that was; done again at once, it finds nothing to do."""

    name: str
    when: When
    work: Callable[[], int]
    done: str  # what `work` counts, in the words of `flask jobs`


TASKS = (
    Task("publish_cards", every_minute, freshness.publish_due, "infos publiées"),
    Task("expire_cards", every_minute, freshness.expire_due, "infos expirées"),
    Task("send_digests", every_minute, send_digests, "récapitulatifs envoyés"),
    Task("remind_readers", at(9, on="mon-fri"), send_reminders, "personnes relancées"),
    Task("forget_old_entries", at(3, 40), audit.forget_old_entries, "lignes du journal effacées"),
    Task("forget_old_searches", at(3, 50), forget_old_searches, "recherches sans résultat oubliées"),
)
