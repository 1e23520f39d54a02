"""Word refusals: problem+json (RFC 9457) for programs, the same French sentence for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.web import request_id
from boards.errors import Busy, Conflict, Forbidden, Invalid, NotFound, Refusal

STATUS: dict[type[Refusal], int] = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422, Busy: 503}

TITLES = {
    400: _l("Demande mal formée"),
    401: _l("Connexion nécessaire"),
    403: _l("Action non autorisée"),
    404: _l("Introuvable"),
    405: _l("Méthode non prévue"),
    409: _l("Plus possible"),
    413: _l("Envoi trop volumineux"),
    415: _l("Format non pris en charge"),
    422: _l("Saisie à corriger"),
    429: _l("Trop de tentatives"),
    500: _l("Erreur de notre côté"),
    503: _l("Momentanément indisponible"),
}

DETAILS = {
    "account_disabled": _l("Votre compte n’est plus actif."),
    "account_exists": _l("Un compte existe déjà pour cette adresse."),
    "account_not_found": _l("Aucun compte n’a cette adresse."),
    "board_archived": _l("Ce tableau est archivé : rien ne s’y modifie tant qu’un animateur ne l’a pas restauré."),
    "already_voted": _l("Vous soutenez déjà cette suggestion."),
    "board_exists": _l("Un tableau porte déjà ce nom."),
    "board_is_default": _l("C’est le tableau par défaut : choisissez-en d’abord un autre."),
    "board_not_archived": _l("Ce tableau n’est pas archivé."),
    "board_not_found": _l("Ce tableau n’existe pas, ou vous n’y avez pas accès."),
    "cannot_undo": _l("Cette modification ne peut pas être annulée."),
    "card_archived": _l("Cette info est archivée : restaurez-la d’abord."),
    "card_expired": _l("Cette info n’est plus valable : prolongez-la avant de la signaler."),
    "card_not_archived": _l("Cette info n’est pas archivée."),
    "card_not_found": _l("Cette info n’existe pas, ou vous n’y avez pas accès."),
    "cards_gone": _l("Des infos choisies ne sont plus sur le tableau : rien n’a été modifié."),
    "cards_left": _l("Des infos choisies ont quitté cette colonne : rien n’a été modifié."),
    "change_not_found": _l("Cette modification n’existe pas, ou vous n’y avez pas accès."),
    "changed_since": _l("Autre chose a été modifié depuis au même endroit : il n’est plus possible d’annuler."),
    "column_archived": _l("Cette colonne est archivée : restaurez-la d’abord."),
    "column_not_archived": _l("Cette colonne n’est pas archivée."),
    "column_not_found": _l("Cette colonne n’existe pas, ou vous n’y avez pas accès."),
    "csrf": _l("Le formulaire a expiré : rechargez la page et recommencez."),
    "database_unavailable": _l("L’enregistrement est momentanément impossible. Réessayez dans un instant."),
    "erased_since": _l("Ce dont il s’agit a été effacé définitivement : il n’est plus possible d’annuler."),
    "filter_exists": _l("Vous gardez déjà un filtre sous ce nom."),
    "filter_not_found": _l("Vous ne gardez pas, ou plus, de filtre sous ce nom."),
    "internal": _l("Rien n’a été modifié. Réessayez ; si cela se reproduit, prévenez la DTAN."),
    "invalid_command": _l("La demande comporte des erreurs."),
    "key_reused": _l("Cette clé a déjà servi à une autre demande."),
    "label_exists": _l("Une étiquette du tableau porte déjà ce nom : fusionnez les deux plutôt."),
    "label_not_found": _l("Cette étiquette n’existe pas, ou plus."),
    "last_board": _l("C’est le dernier tableau en service : créez-en d’abord un autre."),
    "malformed_json": _l("Le texte envoyé n’est pas du JSON valable."),
    "may_not_add": _l("Vous ne pouvez pas ajouter d’info dans cette colonne."),
    "may_not_administer": _l("Cette page est réservée aux animateurs."),
    "may_not_arrange": _l("Seuls les animateurs peuvent réorganiser les colonnes."),
    "may_not_comment": _l("Vous pouvez lire cette colonne, sans y répondre ni soutenir ce qui s’y trouve."),
    "may_not_decide": _l("Seuls les animateurs, ou les agents du service à qui l’on demande, décident de la suite."),
    "may_not_edit": _l("Vous ne pouvez pas modifier cette info dans cette colonne."),
    "may_not_hand_out": _l("Mettre en ligne ou envoyer une info est réservé aux agents et aux animateurs."),
    "may_not_preview": _l("Seuls les animateurs peuvent voir le tableau comme quelqu’un d’autre."),
    "may_not_revoke": _l("Cette page publique n’est pas la vôtre : demandez à un agent du service ou à un animateur."),
    "may_not_withdraw": _l("Chacun ne retire que ses propres réponses."),
    "nothing_due": _l("Rien n’est à faire à cette date."),
    "not_a_request": _l("Ce n’est pas une demande à un service : il n’y a pas de réponse à publier."),
    "not_a_suggestion": _l("Cela ne vaut que dans une colonne de suggestions."),
    "not_json": _l("Envoyez du JSON, sous le type application/json."),
    "not_a_rule": _l(
        "« J’ai lu » ne vaut que pour les modalités de fonctionnement et les infos dont la lecture est demandée."
    ),
    "not_flashing": _l("Cette info n’est pas signalée en flash, ou ne l’est plus."),
    "not_signed_in": _l("Connectez-vous pour continuer."),
    "not_voted": _l("Vous ne souteniez pas cette suggestion."),
    "only_previewing": _l("Vous regardez le tableau comme quelqu’un d’autre : rien ne s’y modifie."),
    "page_not_found": _l("Cette page n’existe pas, ou plus."),
    "rule_changed": _l("Cette info a été modifiée pendant votre lecture : relisez-la, puis dites que vous l’avez lue."),
    "same_label": _l("Choisissez une autre étiquette : une étiquette ne fusionne pas avec elle-même."),
    "same_text": _l("Ce texte est déjà celui d’aujourd’hui : il n’y a rien à reprendre."),
    "same_column": _l("Choisissez une autre colonne : une colonne ne fusionne pas avec elle-même."),
    "reply_not_found": _l("Cette réponse n’existe pas, ou vous n’y avez pas accès."),
    "reply_withdrawn": _l("Cette réponse est déjà retirée."),
    "service_not_found": _l("Ce service n’existe pas."),
    "stale_version": _l("Quelqu’un a modifié entre-temps : relisez avant d’enregistrer."),
    "status_jump": _l("Cette étape ne suit pas celle où en est la suggestion."),
    "suggestion_closed": _l("Cette suggestion est close : quelqu’un y a déjà répondu ou l’a refusée."),
    "told_archived": _l("Cette info n’est plus sur le tableau : elle ne se remet plus aux usagers."),
    "told_expired": _l("Cette info n’est plus valable : elle ne se remet plus aux usagers."),
    "told_internal": _l("Cette info est interne : elle ne se remet pas aux usagers."),
    "told_scheduled": _l("Cette info n’est pas encore visible : elle se remettra aux usagers à partir de son jour."),
    "token_not_here": _l("Un jeton d’API n’ouvre que les tableaux et leurs infos."),
    "token_read_only": _l("Ce jeton ne permet que la lecture."),
    "too_early_to_erase": _l("Il est trop tôt pour effacer : ce qui est archivé reste récupérable pendant 30 jours."),
    "too_large": _l("L’envoi dépasse la taille permise."),
    "too_many": _l("Trop de tentatives : attendez une minute avant de réessayer."),
    "too_many_cards": _l(
        "Cette colonne a trop d’infos, archives comprises, pour fusionner d’un coup : "
        "déplacez celles qui comptent par sélection, puis archivez-la."
    ),
    "too_many_to_erase": _l(
        "Une colonne s’efface avec 300 infos au plus : restaurez-la, "
        "répartissez ses infos entre plusieurs colonnes, puis archivez-les de nouveau."
    ),
    "too_many_filters": _l("Vous gardez déjà 20 filtres sur ce tableau : retirez-en un d’abord."),
    "too_many_labels": _l(
        "Ce tableau a déjà 100 étiquettes : choisissez-en une qui existe, ou demandez à un animateur d’en retirer."
    ),
    "too_many_flashes": _l(
        "Trois flashs sont déjà affichés dans la ville : attendez la fin de l’un d’eux, ou faites-en éteindre un."
    ),
    "try_again": _l("Une autre modification a eu lieu au même instant : réessayez."),
}

FIELD_MESSAGES = {
    "asks_nobody": _l("Choisissez le service à qui vous demandez cette information."),
    "bad_characters": _l("Ce texte contient des caractères de contrôle qui ne peuvent pas être enregistrés."),
    "blank": _l("Écrivez quelque chose : ce texte est vide."),
    "date_from_datetime_inexact": _l("Indiquez un jour sans heure (attendu : AAAA-MM-JJ)."),
    "date_from_datetime_parsing": _l("Cette date n’existe pas (attendu : AAAA-MM-JJ)."),
    "datetime_from_date_parsing": _l("Ce moment n’existe pas (attendu : AAAA-MM-JJTHH:MM:SSZ)."),
    "datetime_parsing": _l("Ce moment n’existe pas (attendu : AAAA-MM-JJTHH:MM:SSZ)."),
    "datetime_type": _l("Ce moment n’existe pas (attendu : AAAA-MM-JJTHH:MM:SSZ)."),
    "day_past": _l("Ce jour est passé : choisissez aujourd’hui ou un jour à venir."),
    "ends_before_it_is_shown": _l("Cette info finirait avant d’être visible : changez l’un des deux jours."),
    "date_parsing": _l("Cette date n’existe pas (attendu : AAAA-MM-JJ)."),
    "enum": _l("Valeur inconnue."),
    "extra_forbidden": _l("Ce champ n’est pas prévu."),
    "flash_too_long": _l("Un flash dure au plus %(days)s jours : choisissez une fin plus proche."),
    "greater_than_equal": _l("Cette valeur est trop petite (au moins %(ge)s)."),
    "less_than_equal": _l("Cette valeur est trop grande (au plus %(le)s)."),
    "literal_error": _l("Valeur inconnue."),
    "moment_past": _l("Ce moment est passé : choisissez une fin à venir."),
    "missing": _l("Ce champ est nécessaire."),
    "nobody_asked": _l("Une lecture qui n’est plus demandée ne l’est à aucun service."),
    "none_selected": _l("Choisissez au moins une info."),
    "no_reason": _l("Dites pourquoi : un refus s’explique."),
    "not_a_request": _l("Seule une demande s’adresse à un service."),
    "answers_itself": _l("Une suggestion ne peut pas être sa propre réponse : choisissez une autre info."),
    "not_silently": _l(
        "« Sans signaler » ne vaut que pour un texte corrigé : une date ou la diffusion se signalent toujours."
    ),
    "not_done": _l("Seule une suggestion réalisée a une info qui y répond."),
    "nothing_filtered": _l("Aucun filtre n’est choisi : il n’y a rien à garder."),
    "nothing_to_edit": _l("Aucune modification n’est indiquée."),
    "put_out_now": _l("Un flash s’éteint tout de suite : n’indiquez pas de fin."),
    "selected_twice": _l("Une info est citée deux fois."),
    "nothing_to_show": _l("Dites comment c’est réalisé, ou choisissez l’info qui le montre."),
    "string_pattern_mismatch": _l("Cette valeur n’a pas la forme attendue."),
    "string_unicode": _l("Ce texte contient des caractères de contrôle qui ne peuvent pas être enregistrés."),
    "cards_not_here": _l("Seules les colonnes de modalités de fonctionnement (« guide ») apportent leurs infos."),
    "service_twice": _l("Un même service y est nommé deux fois."),
    "timezone_aware": _l("Indiquez le fuseau horaire de ce moment (attendu : AAAA-MM-JJTHH:MM:SSZ)."),
    "too_many_items": _l("Il y en a trop (au plus %(limit)s)."),
    "too_long": _l("Ce texte est trop long (limite : %(limit)s)."),
    "too_many_selected": _l("C’est trop d’infos à la fois (limite : %(limit)s)."),
    "union_tag_invalid": _l("Cette commande n’existe pas."),
    "union_tag_not_found": _l("Indiquez le type de la commande."),
}
# Refusals of several cards at once, by how many stand in the way.
COUNTED: dict[str, Callable[[int], str]] = {
    "cards_gone": lambda num: ngettext(
        "%(num)s info choisie n’est plus sur le tableau : rien n’a été modifié.",
        "%(num)s infos choisies ne sont plus sur le tableau : rien n’a été modifié.",
        num,
    ),
    "cards_left": lambda num: ngettext(
        "%(num)s info choisie a quitté cette colonne : rien n’a été modifié.",
        "%(num)s infos choisies ont quitté cette colonne : rien n’a été modifié.",
        num,
    ),
    "may_not_edit": lambda num: ngettext(
        "%(num)s info choisie n’est pas à vous dans cette colonne : rien n’a été modifié.",
        "%(num)s infos choisies ne sont pas à vous dans cette colonne : rien n’a été modifié.",
        num,
    ),
}
_ANY_FIELD = _l("Cette valeur n’est pas du type attendu.")


def problem_for(refusal: Refusal) -> dict[str, Any]:
    """Build the problem document of a refusal: {type, title, status, detail, code, errors?, current?}."""
    problem = problem_document(STATUS[type(refusal)], refusal.code)
    if isinstance(refusal, Invalid):
        problem["errors"] = [
            {"field": error.field, "code": error.code, "message": field_message(error.code, error.facts)}
            for error in refusal.errors
        ]
        problem["detail"] = " ".join(dict.fromkeys(error["message"] for error in problem["errors"]))
    elif refusal.facts:
        problem["current"] = refusal.facts
        if "count" in refusal.facts:
            problem["detail"] = COUNTED[refusal.code](refusal.facts["count"])
        if refusal.code == "too_many_flashes" and refusal.facts["titles"]:
            problem["detail"] += " " + _flashes_named(**refusal.facts)
    return problem


def _flashes_named(titles: list[str], at_most: int) -> str:
    """Describe the flashes that take the place, as far as this person may read them."""
    named = ", ".join(_("« %(title)s »", title=title) for title in titles)
    if hidden := at_most - len(titles):
        others: str = ngettext(
            "Ce sont %(named)s, et %(num)s autre que vous ne pouvez pas lire.",
            "Ce sont %(named)s, et %(num)s autres que vous ne pouvez pas lire.",
            hidden,
            named=named,
        )
        return others
    return str(_("Ce sont %(named)s.", named=named))


def problem_document(status: int, code: str) -> dict[str, Any]:
    """Build a problem document (RFC 9457) from its status and code."""
    document = {
        "type": "about:blank",
        "title": str(TITLES[status]),
        "status": status,
        "detail": str(DETAILS[code]),
        "code": code,
    }
    if status == 500 and (number := request_id.current()):
        document["request_id"] = number  # finds the log lines
    return document


def field_message(code: str, facts: dict[str, Any]) -> str:
    """Word an invalid field’s error."""
    template = str(FIELD_MESSAGES.get(code, _ANY_FIELD))
    try:
        return template % facts
    except KeyError:
        return template
