"""The texts of a verdict in French."""

from __future__ import annotations

from honeytokens.attribution.texts import Wording
from honeytokens.phrasing import PHRASINGS

FRENCH = Wording(
    phrasing=PHRASINGS["fr"],
    confirmed=(
        "Leurres posés et reconnus\u00a0: {hits}. La probabilité que le hasard seul les explique est inférieure à "
        "{odds}, si les coïncidences de leurres différents sont indépendantes."
    ),
    too_weak=(
        "Leurres reconnus\u00a0: {hits}, mais le hasard seul les explique avec une probabilité allant jusqu’à "
        "{odds}. Chercher d’autres parties de la fuite."
    ),
    decoys_only=(
        "Les {records} enregistrements lus sont tous des leurres. Un vol emporte aussi des patients\u00a0: quelqu’un "
        "qui connaît les leurres a pu fabriquer ce fichier. Établir qui pouvait lire le registre."
    ),
    strays_only=(
        "D’après le registre, les leurres trouvés ({strays}) n’ont jamais été posés. Ils ne viennent pas d’un "
        "logiciel de l’hôpital\u00a0: établir qui pouvait lire le trousseau ou le registre, ou si le registre est "
        "une ancienne copie."
    ),
    strays_too="Écartés, car le registre ne les a jamais posés\u00a0: {strays}.",
    nothing_planted="Aucun leurre n’est posé\u00a0: aucun ne pouvait être trouvé.",
    nothing_read="Aucun enregistrement n’a été lu\u00a0: il n’y a rien à juger.",
    part_unread=(
        "Aucun leurre n’a été trouvé, mais une partie du fichier n’a pas pu être lue\u00a0: {unread}. Y remédier et "
        "relancer l’analyse."
    ),
    leads_stand_out=(
        "Aucun leurre n’a été trouvé avec certitude, mais des candidats faibles dépassent ce que le hasard "
        "apporterait\u00a0: {leads}. Examiner les pistes."
    ),
    patients_unknown=(
        "Aucun leurre n’a été trouvé. Ce que cela signifie ne peut être calculé sans le nombre de patients et de "
        "leurres présents de\u00a0: {names}."
    ),
    not_ours=(
        "Aucun des {records} enregistrements lus n’est un leurre. S’ils étaient un échantillon aléatoire de l’un de "
        "nos établissements, copié depuis le {since}, la probabilité en serait inférieure à {odds}. Une copie plus "
        "ancienne, une page de liste, un filtre ou un fichier sans les colonnes qui identifient un patient "
        "pourraient y échapper."
    ),
    too_few=(
        "Aucun leurre n’a été trouvé, mais {records} enregistrements sont trop peu pour conclure\u00a0: il faudrait "
        "environ {more} autres enregistrements pris au hasard, ou {decoys} leurres présents dans {name}."
    ),
    included="Leurres présents seulement ici et touchés\u00a0: {hits}.",
    excluded=(
        "Aucun des {present} leurres d’ici n’est touché, contre {total} ailleurs. Si cet établissement avait été "
        "pris au même taux, la probabilité en serait inférieure à {odds}. Cela suppose un seul échantillon aléatoire "
        "de tout ce qui a été pris\u00a0: une page de liste ou un filtre l’invalide."
    ),
    excluded_not_ours=(
        "Un échantillon aléatoire de ses enregistrements ne contiendrait aucun de ses {present} leurres avec une "
        "probabilité inférieure à {odds}."
    ),
    hits_too_weak=(
        "Ses leurres touchés sont trop faibles\u00a0: le hasard les explique avec une probabilité allant jusqu’à "
        "{odds}."
    ),
    not_established="Il n’est pas établi que le fichier vienne de nous\u00a0: rien n’est dit de son origine.",
    shared_only="Les leurres touchés ici sont aussi présents ailleurs\u00a0: ils ne permettent pas de trancher.",
    none_present="Aucun leurre n’était présent ici à coup sûr pendant toute la fenêtre du vol.",
    more_records=(
        "Aucun des {present} leurres d’ici n’est touché. Environ {more} autres enregistrements de la fuite pris au "
        "hasard permettraient de trancher."
    ),
    more_decoys=(
        "Aucun des {present} leurres d’ici n’est touché. Ils sont trop peu pour trancher, quoi qu’on trouve du reste "
        "de la fuite."
    ),
    one_moment="Un seul instant de copie explique tous les leurres datés ({hits}).",
    several_moments=(
        "Aucun instant unique n’explique les leurres datés ({hits})\u00a0: il y en a eu au moins {snapshots} "
        "({moments}). Une copie qui a duré, ou une table qui garde les anciennes valeurs, donne la même image."
    ),
    moment="du {earliest} au {latest}",
    backup="Une sauvegarde volée date la sauvegarde, non son vol.",
    weak_left_out="Trop faibles pour dater quoi que ce soit, écartés\u00a0: {hits}.",
    contradictions=(
        "Heures ou versions enregistrées qui se contredisent, écartées\u00a0: {hits}. Vérifier les horloges et le "
        "registre."
    ),
    recipients_named=(
        "Des copies de l’extraction {extract} remises à {names} sont dans la fuite. La probabilité que quiconque soit "
        "nommé à tort est inférieure à {odds}, quoi qu’on ait fait aux copies. Qu’une copie ait fui ne dit pas qui l’a "
        "fait fuir\u00a0: elle a pu être volée à qui la détenait."
    ),
    nobody_named=(
        "L’extraction {extract} est dans la fuite et personne ne peut être nommé\u00a0: {told} de ses lignes à deux "
        "variantes montrent laquelle, et {unique} lignes propres à une copie sont trouvées, pour {recipients} copies "
        "remises. D’autres parties de la fuite permettraient peut-être de trancher."
    ),
    say_join="\u00a0; ",
    say_confirmed="Confirmé\u00a0: ce fichier vient de nos données (risque d’erreur inférieur à {odds})",
    say_not_ours=(
        "Pas de chez nous, si c’est un échantillon aléatoire copié depuis le {since}\u00a0: aucun des {records} "
        "enregistrements lus n’est un leurre (risque d’erreur inférieur à {odds})"
    ),
    say_undecidable="Indécidable\u00a0: {reason}",
    say_included="sites touchés\u00a0: {names}",
    say_recipients="vient de la copie de {extract} remise à {names} (risque d’erreur inférieur à {odds})",
    say_nobody_named="vient d’une copie de {extract}, sans qu’on puisse dire laquelle",
    say_copied="copié {span}",
    say_copied_repeatedly="copié en plusieurs fois ou pendant un certain temps, {span}",
    say_date_unknown="la date de la copie n’est pas connue",
    say_excluded="sites exclus à {percent}\u00a0: {names}",
    say_undecided="sites indécis\u00a0: {names}",
    say_unread="une partie du fichier n’a pas pu être lue",
    say_no_access="la manière dont l’accès a été obtenu n’est pas jugée",
    say_act_as_if="jusqu’à plus ample informé, agir comme s’il venait de chez nous",
)
