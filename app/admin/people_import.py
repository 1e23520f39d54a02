"""Plan an import of people line by line, then perform exactly that plan in one transaction."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.admin_actions import change_account, changes_in, has_arrived
from app.accounts.directory import plain_text_key
from app.accounts.forms import ROLES
from app.accounts.models import Account
from app.accounts.validators import BadInput, clean_name, normal_email
from app.admin.people_csv import PeopleFile, Row
from app.admin.people_plan import Line, LineVerdict, Outdated, Plan
from app.admin.service_admin import add_service_in
from app.audit import log as audit_log
from boards.directory import hue_of
from boards.models import Person, Role, Service
from boards.text.sanitize import UnfitText, clean_title

_ROLE_WORDS = {
    Role.AGENT: {"agent", "agente"},
    Role.FACILITATOR: {
        "animateur",
        "animatrice",
        "animateur (dtan)",
        "facilitator",
        "facilitateur",
        "facilitatrice",
        "dtan",
    },
    Role.READER: {"lecteur", "lectrice", "reader", "elu", "elue", "lecture"},
}


def make_plan(session: Session, people: PeopleFile, *, create_services: bool = False) -> Plan:
    """Plan an import without writing."""
    return _Planner(session, create_services).plan(people)


def perform_import(
    session: Session, people: PeopleFile, digest: str, actor: Person | None, *, create_services: bool = False
) -> Plan:
    """Perform the plan with this digest in a pending transaction. Raises Outdated."""
    plan = make_plan(session, people, create_services=create_services)
    if plan.digest != digest or plan.refused:
        raise Outdated(plan)
    for line in plan.lines:
        if "services" in line.wanted:
            line.wanted["services"] = [_slug(session, plan, slug, actor) for slug in line.wanted["services"]]
    _change(session, plan, actor)
    _create(session, plan, actor)
    if plan.does_something:
        audit_log.record(
            session,
            "people_imported",
            actor=actor,
            created=plan.totals[LineVerdict.CREATED],
            changed=plan.totals[LineVerdict.CHANGED],
            unchanged=plan.totals[LineVerdict.UNCHANGED],
        )
    return plan


def _slug(session: Session, plan: Plan, slug: str, actor: Person | None) -> str:
    """Return the slug of a service, creating it when the file brings it."""
    if not slug.startswith("+"):
        return slug
    if slug not in plan.made:
        service = add_service_in(session, plan.new_services[slug[1:]], actor)
        plan.made[slug] = service.slug
    return plan.made[slug]


def _change(session: Session, plan: Plan, actor: Person | None) -> None:
    """Change accounts, new facilitators first, so that the last one may leave in the same file."""
    accounts = _accounts(session)
    changed = [line for line in plan.lines if line.verdict is LineVerdict.CHANGED]
    for line in sorted(changed, key=lambda line: line.wanted.get("role") != Role.FACILITATOR):
        change_account(session, accounts[line.email], actor, **line.wanted)
        if "role" in line.wanted:
            session.flush()


def _create(session: Session, plan: Plan, actor: Person | None) -> None:
    """Add all accounts at once: one by one would keep other writers waiting for seconds."""
    services = {service.slug: service for service in session.scalars(select(Service))}
    created = []
    for line in plan.lines:
        if line.verdict is LineVerdict.CREATED:
            name, role = line.wanted["name"], line.wanted["role"]
            person = Person(
                name=name, role=role, hue=hue_of(name), services=[services[slug] for slug in line.wanted["services"]]
            )
            created.append(Account(email=line.email, person=person))
    session.add_all(created)
    session.flush()
    for account in created:
        facts = {"role": str(account.person.role), "services": [service.slug for service in account.person.services]}
        audit_log.record(session, "invited", account.email, actor=actor, person=account.person_id, **facts)


class _Planner:
    def __init__(self, session: Session, create_services: bool) -> None:
        self.accounts = _accounts(session)
        self.services = {
            plain_text_key(name): service
            for service in session.scalars(select(Service))
            for name in (service.slug, service.name)
        }
        self.create_services = create_services
        self.new_services: dict[str, str] = {}
        self.seen: dict[str, int] = {}

    def plan(self, people: PeopleFile) -> Plan:
        """Plan every line of the file."""
        lines = [self._line(row) for row in people.rows]
        self._keep_a_facilitator(lines)
        return Plan(lines, self.new_services)

    def _line(self, row: Row) -> Line:
        line = Line(row.number, row.email or "", row.name or "", LineVerdict.REFUSED)
        try:
            self._judge(row, line)
        except BadInput as error:
            line.verdict, line.words, line.wanted = LineVerdict.REFUSED, [str(error)], {}
        return line

    def _judge(self, row: Row, line: Line) -> None:
        if row.too_many_cells:
            raise BadInput(
                _(
                    "Cette ligne a plus de cases que l’en-tête : "
                    "un texte qui contient le séparateur se met entre guillemets."
                )
            )
        if row.email is None:
            raise BadInput(_("L’adresse de messagerie manque."))
        line.email = normal_email(row.email)
        if line.email in self.seen:
            raise BadInput(_("Cette adresse est déjà à la ligne %(number)s.", number=self.seen[line.email]))
        self.seen[line.email] = row.number
        name = clean_name(row.name) if row.name else None
        role = _role(row.role) if row.role else None
        account = self.accounts.get(line.email)
        archived = [service.slug for service in account.person.services if service.archived_at] if account else []
        services = sorted({*self._services(row.services), *archived}) if row.services else None
        if account is None:
            self._create(line, name, role or Role.AGENT, services or [])
        else:
            line.name = account.person.name
            self._change(line, account, {"name": name, "role": role, "services": services})

    def _create(self, line: Line, name: str | None, role: Role, services: list[str]) -> None:
        if name is None:
            raise BadInput(_("Le nom manque."))
        line.name, line.verdict = name, LineVerdict.CREATED
        line.wanted = {"name": name, "role": role, "services": services}
        line.words = [str(ROLES[role]), *([self._names(services)] if services else [])]

    def _change(self, line: Line, account: Account, wanted: dict[str, Any]) -> None:
        changes = changes_in(account, **wanted)
        line.verdict = LineVerdict.CHANGED if changes else LineVerdict.UNCHANGED
        line.wanted = {name: wanted[name] for name in changes}
        for name, (before, after) in changes.items():
            if name == "services":
                before, after = self._names(before), self._names(after)
            if name == "role":
                before, after = ROLES[Role(before)], ROLES[Role(after)]
            line.words.append(
                _("%(what)s : %(before)s → %(after)s", what=_FIELDS[name](), before=before or "—", after=after)
            )
        if account.person.disabled_at is not None:
            line.words.append(_("compte désactivé, et qui le reste"))

    def _services(self, cell: str) -> list[str]:
        """Resolve a cell to slugs; the whole cell first, as a name may hold a separator."""
        if plain_text_key(cell) in self.services:
            return [self._service(cell)]
        return [self._service(name.strip()) for name in re.split(r"[|/,;]", cell) if name.strip()]

    def _service(self, name: str) -> str:
        service = self.services.get(plain_text_key(name))
        if service is not None and service.archived_at is not None:
            raise BadInput(_("Le service « %(name)s » est archivé.", name=service.name))
        if service is not None:
            return service.slug
        if not self.create_services:
            raise BadInput(_("Le service « %(name)s » n’existe pas.", name=name[:80]))
        return f"+{self._new_service(name)}"

    def _new_service(self, name: str) -> str:
        try:
            cleaned = clean_title(name)
        except UnfitText as error:
            raise BadInput(_("« %(name)s » ne peut pas être le nom d’un service.", name=name[:80])) from error
        self.new_services.setdefault(plain_text_key(cleaned), clean_name(cleaned))
        return plain_text_key(cleaned)

    def _names(self, slugs: list[str]) -> str:
        known = {service.slug: service.name for service in self.services.values()}
        return ", ".join(self.new_services[slug[1:]] if slug.startswith("+") else known[slug] for slug in slugs)

    def _keep_a_facilitator(self, lines: list[Line]) -> None:
        """Refuse the lines that would leave the town without a facilitator who can act."""
        after = {
            account.email
            for account in self.accounts.values()
            if account.person.role == Role.FACILITATOR and _can_act(account)
        }
        leaving = [
            line for line in lines if line.email in after and line.wanted.get("role") not in (None, Role.FACILITATOR)
        ]
        joining = [
            line
            for line in lines
            if line.verdict is LineVerdict.CHANGED
            and line.wanted.get("role") == Role.FACILITATOR
            and _can_act(self.accounts[line.email])
        ]
        if leaving and not joining and after == {line.email for line in leaving}:
            for line in leaving:
                line.verdict, line.wanted = LineVerdict.REFUSED, {}
                line.words = [_("Il ne resterait aucun animateur actif.")]


def _can_act(account: Account) -> bool:
    return account.person.disabled_at is None and has_arrived(account)


def _accounts(session: Session) -> dict[str, Account]:
    query = select(Account).options(joinedload(Account.person).options(selectinload(Person.services)))
    return {account.email: account for account in session.scalars(query)}


def _role(cell: str) -> Role:
    for role, words in _ROLE_WORDS.items():
        if plain_text_key(cell) in words:
            return role
    raise BadInput(_("« %(role)s » n’est pas un rôle : agent, animateur ou lecteur.", role=cell[:40]))


_FIELDS = {"name": lambda: _("nom"), "role": lambda: _("rôle"), "services": lambda: _("services")}
