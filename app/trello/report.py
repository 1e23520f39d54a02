"""Write the report of an import in French: every object of the file, then what was imported."""

from __future__ import annotations

from collections.abc import Iterable

from app.trello.formatting import NBSP, counted_noun, number
from app.trello.import_audit import ImportAudit, KindCount
from app.trello.mapping import Mapped
from app.trello.rich_text import shortened
from boards.commands.import_data import IncomingColumn, Tally
from boards.models import Kind

EXAMPLES = 5
REPORT_KINDS = {
    Kind.SERVICE: "service",
    Kind.GUIDE: "modalités de fonctionnement",
    Kind.SUGGESTIONS: "suggestions",
    Kind.FREE: "libre",
}


def report_on_file(mapped: Mapped) -> str:
    """Report what the file holds and what becomes of it, by kind."""
    return "\n".join(
        (
            f"Export de Trello{NBSP}: «\u202f{mapped.title}\u202f»",
            "",
            f"Dans le fichier{NBSP}:",
            *(f"  {kind.value}{NBSP}: {_count_in_words(counts)}" for kind, counts in mapped.audit.counts.items()),
            *_notes(mapped.audit),
            "",
            f"Colonnes{NBSP}:",
            *(f"  – {_column_in_words(column)}" for column in mapped.columns),
        )
    )


def report_on_board(tally: Tally) -> str:
    """Report what the import did, or would do, to the board."""
    lines = [
        f"Sur ce tableau{NBSP}:",
        f"  Colonnes{NBSP}: "
        f"{_done(tally.columns_added, tally.columns_updated, tally.columns_unchanged, tally.columns_kept)}",
        f"  Infos{NBSP}: {_done(tally.cards_added, tally.cards_updated, tally.cards_unchanged, tally.cards_kept)}",
    ]
    asides = (
        (tally.cards_retired, "Infos «\u202fsuite\u202f» devenues inutiles, archivées"),
        (tally.cards_gone_from_source, "Infos d’un import précédent, absentes de ce fichier, laissées telles quelles"),
        (tally.cards_out_of_sight, "Infos ajoutées dans une colonne archivée ici (restaurez-la pour les voir)"),
    )
    lines += [f"  {words}{NBSP}: {number(count)}" for count, words in asides if count]
    if tally.columns_kept or tally.cards_kept:
        lines.append(
            "  «\u202fLaissées\u202f» = modifiées, déplacées ou archivées ici depuis l’import, et qui restent ainsi."
        )
    if tally.cards_unchanged or tally.cards_updated:
        lines.append(
            "  L’ordre des colonnes et des infos déjà présentes n’a pas été repris de Trello\u00a0: "
            "celui d’ici est conservé."
        )
    return "\n".join(lines)


def _done(added: int, updated: int, unchanged: int, kept: int) -> str:
    return (
        f"{counted_noun(added, 'ajoutée', 'ajoutées')}, {number(updated)} mise{'s' if updated > 1 else ''} à jour, "
        f"{counted_noun(unchanged, 'inchangée', 'inchangées')}, {counted_noun(kept, 'laissée', 'laissées')}"
    )


def _count_in_words(counts: KindCount) -> str:
    if not counts.found:
        return "0"
    outcomes = " + ".join(_agreeing(count, what) for what, count in counts.outcomes.items())
    details = ", ".join(_agreeing(count, what) for what, count in counts.details.items())
    return f"{number(counts.found)} = {outcomes}" + (f" (dont {details})" if details else "")


def _agreeing(count: int, what: str) -> str:
    one, _, many = what.partition("|")
    return counted_noun(count, one, many or one)


def _notes(audit: ImportAudit) -> Iterable[str]:
    if audit.notes:
        yield ""
        yield f"À savoir{NBSP}:"
    for what, which in audit.notes.items():
        examples = [shortened(name, 60) for name in dict.fromkeys(filter(str.strip, which))]
        count = f" ({number(len(which))}\u00a0fois)" if len(which) > 1 else ""
        shown = f" – {', '.join(examples[:EXAMPLES])}{'…' if len(examples) > EXAMPLES else ''}" if examples else ""
        yield f"  – {what}{count}{shown}"


def _column_in_words(column: IncomingColumn) -> str:
    archived = ", archivée" if column.archived else ""
    cards = counted_noun(len(column.cards), "info", "infos")
    return f"{column.title}{NBSP}: {REPORT_KINDS[column.kind]}, {cards}{archived}"
