"""The page's words in each language, and the choice of one."""

from __future__ import annotations

from datetime import datetime

LANGUAGES: dict[str, dict[str, str]] = {
    "en": {
        "title": "Decoy sightings",
        "skip": "Skip to the hits",
        "other_language": "Français",
        "sign_in": "Sign in",
        "sign_in_oidc": "Sign in with your organisation’s account",
        "sign_out": "Sign out",
        "name": "Name (empty for the admin token)",
        "token": "Password or admin token",
        "token_help": "The admin token is in the file that the worker named when it started.",
        "wrong_token": "You were not signed in: wrong name, password or token, or an account without rights here.",
        "summary": "Summary",
        "hits": "Hits",
        "unattributed": "Sightings without a decoy",
        "unopened": "Sightings that could not be opened",
        "alerts_waiting": "Alerts waiting",
        "alerts_dead": "Alerts given up",
        "dead_help": "Mend the receiver, then run: callback-server alerts resend",
        "caption": "Hits, newest first",
        "none": "No decoy was seen yet.",
        "time": "Time (UTC)",
        "decoy": "Decoy",
        "establishment": "Establishment",
        "source": "Source address",
        "method": "Method",
        "user_agent": "User agent",
        "reason": "Reason",
        "strength": "Strength",
        "hit": "Hit",
        "bits": "bits",
        "bits_help": "Strength: n bits mean that an unrelated request does this once in 2 to the power of n.",
        "pages": "Pages",
        "newest": "Newest",
        "older": "Older",
        "reason_web_link": "The decoy's web link was opened",
        "reason_dns_name": "The decoy's name was looked up in the DNS",
        "reason_mail": "Mail came to the decoy",
        "reason_mail_probe": "A mail server was asked about the decoy's address",
        "reason_told_mail": "Another service reported the decoy's address",
        "reason_told_link": "Another service reported the decoy's link",
        "reason_told_phone": "The decoy's telephone number was called",
        "reason_row_read": "The decoy's record was read",
        "reason_silence": "The test decoy was not heard",
        "noise_own_use": "Own use",
        "noise_link_preview": "Link preview",
        "noise_mail_scanner": "Mail scanner",
        "noise_crawler": "Crawler",
        "noise_internet_scanner": "Internet scanner",
        "noise_prefetch": "Fetched ahead by a browser",
        "noise_dns_echo": "Echo of an earlier look-up",
        "noise_dns_replay": "Look-up replayed by a collector",
        "noise_mail_report": "Automatic mail report",
        "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    },
    "fr": {
        "title": "Observations de leurres",
        "skip": "Aller aux détections",
        "other_language": "English",
        "sign_in": "Se connecter",
        "sign_in_oidc": "Se connecter avec le compte de votre organisation",
        "sign_out": "Se déconnecter",
        "name": "Nom (vide pour le jeton d’administration)",
        "token": "Mot de passe ou jeton d’administration",
        "token_help": "Le jeton est dans le fichier que le service a indiqué à son démarrage.",
        "wrong_token": "Connexion refusée : nom, mot de passe ou jeton faux, ou compte sans droits ici.",
        "summary": "Résumé",
        "hits": "Détections",
        "unattributed": "Observations sans leurre",
        "unopened": "Observations illisibles",
        "alerts_waiting": "Alertes en attente",
        "alerts_dead": "Alertes abandonnées",
        "dead_help": "Réparez le destinataire, puis lancez : callback-server alerts resend",
        "caption": "Détections, de la plus récente à la plus ancienne",
        "none": "Aucun leurre n’a encore été vu.",
        "time": "Date et heure (UTC)",
        "decoy": "Leurre",
        "establishment": "Établissement",
        "source": "Adresse source",
        "method": "Méthode",
        "user_agent": "Agent utilisateur",
        "reason": "Motif",
        "strength": "Force",
        "hit": "Détection",
        "bits": "bits",
        "bits_help": "Force : n bits signifient qu’une requête étrangère fait cela une fois sur 2 puissance n.",
        "pages": "Pages",
        "newest": "Les plus récentes",
        "older": "Plus anciennes",
        "reason_web_link": "Le lien web du leurre a été ouvert",
        "reason_dns_name": "Le nom du leurre a été cherché dans le DNS",
        "reason_mail": "Un courriel est arrivé au leurre",
        "reason_mail_probe": "Un serveur de courrier a été interrogé sur l’adresse du leurre",
        "reason_told_mail": "Un autre service a signalé l’adresse du leurre",
        "reason_told_link": "Un autre service a signalé le lien du leurre",
        "reason_told_phone": "Le téléphone du leurre a été appelé",
        "reason_row_read": "Le dossier du leurre a été lu",
        "reason_silence": "Le leurre d’essai n’a pas été entendu",
        "noise_own_use": "Usage interne",
        "noise_link_preview": "Aperçu de lien",
        "noise_mail_scanner": "Analyseur de courriel",
        "noise_crawler": "Robot d’indexation",
        "noise_internet_scanner": "Scanner d’Internet",
        "noise_prefetch": "Préchargé par un navigateur",
        "noise_dns_echo": "Écho d’une recherche DNS",
        "noise_dns_replay": "Recherche DNS rejouée par un collecteur",
        "noise_mail_report": "Rapport automatique de courriel",
        "months": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    },
}

_DEFAULT = "en"


def choose_language(asked: str | None, accept_language: str) -> str:
    """Return the language that the reader asked for, else the best of ``Accept-Language`` (RFC 9110), else English."""
    if asked in LANGUAGES:
        return asked
    best, best_weight = _DEFAULT, 0.0
    for item in accept_language.split(","):
        tag, _, parameter = item.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    try:
        return float(parameter.partition("=")[2] or 1)
    except ValueError:
        return 0.0


def human_time(at: datetime, language: str) -> str:
    """Return a moment as people of the language read it, to the second."""
    month = LANGUAGES[language]["months"].split()[at.month - 1]
    return f"{at.day} {month} {at.year}, {at:%H:%M:%S}"
