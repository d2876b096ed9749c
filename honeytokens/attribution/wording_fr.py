"""The texts of a verdict in French."""

from __future__ import annotations

from types import MappingProxyType

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
    lasted=(
        "Les valeurs plus récentes se trouvent plus bas dans le fichier\u00a0: une seule copie qui a duré les explique."
    ),
    clocks_paid=(
        "Les horloges ont pu se tromper de {minutes} minutes\u00a0: la fenêtre est élargie d’autant de chaque côté."
    ),
    backup="Une sauvegarde volée date la sauvegarde, non son vol.",
    weak_left_out="Trop faibles pour dater quoi que ce soit, écartés\u00a0: {hits}.",
    contradictions=(
        "Heures ou versions enregistrées qui se contredisent, écartées\u00a0: {hits}. Vérifier les horloges et le "
        "registre."
    ),
    recycled=(
        "Les {hits} leurres trouvés étaient tous déjà dans la fuite {name}. Un nouveau vol donnerait cela avec une "
        "probabilité inférieure à {odds}\u00a0: c’est l’ancienne fuite, reprise."
    ),
    mixed=(
        "Ils sont trop peu pour {records} enregistrements de chez nous\u00a0: au plus {percent} des enregistrements "
        "viennent de nous (risque d’erreur inférieur à {odds}), ou le fichier n’est pas un échantillon aléatoire. Des "
        "données inventées, publiques ou venues d’ailleurs y ont été mêlées."
    ),
    not_sampled=(
        "Les enregistrements sont une page de liste ou le résultat d’un filtre\u00a0: son silence ne prouve rien. Il "
        "faut une autre page de la fuite."
    ),
    size_not_identifiable=(
        "Un seul échantillon aléatoire ne permet pas de connaître l’étendue du vol\u00a0: il ne prouve que ce qu’il "
        "contient. Un second fichier tiré indépendamment, ou les numéros de ligne d’origine, le permettrait."
    ),
    size_told=(
        "Deux fichiers bornent ensemble le tout\u00a0: entre {low} et {high} enregistrements, si tous deux en sont des "
        "échantillons aléatoires."
    ),
    size_numbered=(
        "Les numéros du fichier bornent le tout\u00a0: au plus {high} enregistrements, s’ils sont un échantillon "
        "aléatoire d’une numérotation à partir de 1. Combien ont été volés reste inconnu."
    ),
    overlap_bounded=(
        "Enregistrements communs\u00a0: {both}. Si les deux fichiers sont des échantillons aléatoires, le tout compte "
        "entre {low} et {high} enregistrements, à {percent}."
    ),
    numbering=(
        "{seen} numéros, répartis régulièrement jusqu’à {greatest} environ. S’ils sont un échantillon aléatoire d’une "
        "numérotation à partir de 1, au plus {high} avaient été attribués lors de la copie, à {percent}\u00a0: il n’y "
        "a pas plus d’enregistrements de cette numérotation."
    ),
    overlap_open=(
        "Enregistrements communs\u00a0: {both}. Si les deux fichiers sont des échantillons aléatoires, le "
        "tout compte au "
        "moins {low} enregistrements, à {percent}\u00a0; rien ne le borne par le haut."
    ),
    shape_page=(
        "Une page d’une liste par {by}\u00a0: les {hits} leurres touchés se trouvent tous parmi {span} voisins des "
        "{present} leurres, de {first} à {last} de la liste."
    ),
    shape_filter=(
        "Un filtre par {by} ({value})\u00a0: les {hits} touchés l’ont tous, comme {inside} des {present} leurres."
    ),
    shape_sorted="Le fichier est trié par {by}\u00a0: les {hits} leurres touchés y sont dans cet ordre.",
    orders=MappingProxyType(
        {
            "name": "nom",
            "birth_date": "date de naissance",
            "number": "numéro d’enregistrement",
            "last_stay": "dernier séjour",
        }
    ),
    groups=MappingProxyType({"sex": "sexe", "birth_decade": "décennie de naissance", "practitioner": "praticien"}),
    claim_access=(
        "Des enregistrements ne permettent pas de juger une revendication d’accès\u00a0: vérifier comptes et journaux."
    ),
    claim_size_refuted=(
        "Si le tout était si grand, les enregistrements communs des fichiers, ou leurs numéros, seraient aussi "
        "éloignés avec une probabilité inférieure à {odds}, à condition d’en être des échantillons aléatoires."
    ),
    claim_size_smaller=(
        "Les fichiers contiennent {records} enregistrements, plus que revendiqué, sauf si certains ne sont pas de "
        "patients ou y figurent deux fois."
    ),
    claim_size_possible="Ce que les fichiers ont en commun s’accorde avec elle, et avec d’autres tailles.",
    claim_site_unknown="Aucun leurre n’y a jamais été posé\u00a0: rien ne peut en être dit.",
    claim_time_unknown="Rien dans la fuite ne peut être daté.",
    claim_time_outside="En dehors de la fenêtre du vol.",
    claim_time_inside="Dans la fenêtre du vol.",
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
    say_mixed=(
        "Confirmé en partie\u00a0: des données de chez nous sont mêlées à d’autres (risque d’erreur inférieur à {odds})"
    ),
    say_recycled=(
        "Pas nouveau\u00a0: ce fichier vient d’une ancienne fuite de chez nous (risque d’erreur inférieur à {odds})"
    ),
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
    say_clocks="CERT Santé sans délai, CNIL avant {cnil}",
    say_act_as_if="jusqu’à plus ample informé, agir comme s’il venait de chez nous",
)
