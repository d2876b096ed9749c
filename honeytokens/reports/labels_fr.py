"""The words of a report in French."""

from __future__ import annotations

from honeytokens.model import Authenticity, Field, Standing, StoryField
from honeytokens.reports.labels import Labels

_CLOCKS = (
    (
        "CERT Santé\u00a0: signaler sans délai (art. L.1111-8-2 du code de la santé publique), y compris lorsque "
        "d’autres établissements peuvent être touchés."
    ),
    (
        "CNIL\u00a0: notifier dans les 72 heures après en avoir pris connaissance (RGPD, art. 33). Une première "
        "notification peut être complétée ensuite."
    ),
    (
        "Personnes concernées\u00a0: les informer dans les meilleurs délais si le risque pour elles est élevé "
        "(RGPD, art. 34)."
    ),
    (
        "Assureur\u00a0: déposer plainte dans les 72 heures après en avoir pris connaissance (art. L.12-10-1 du "
        "code des assurances)."
    ),
    "NIS2\u00a0: alerte précoce dans les 24 heures, là où elle est en vigueur et vous concerne.",
)
_KEEP = (
    (
        "Noter quand, où et par qui le fichier a été trouvé, et son empreinte SHA-256. En garder une seule copie, "
        "hors ligne, lue par le moins de personnes possible\u00a0: détenir des données volées peut être une "
        "infraction (art. 323-3 du code pénal)."
    ),
    (
        "Sauvegarder les journaux qui couvrent la fenêtre du vol avant leur rotation\u00a0: exports, requêtes "
        "longues, connexions, mandataires, base de données."
    ),
    (
        "Ne désigner aucun salarié d’après des journaux sans l’accord du conseil\u00a0: une preuve a été écartée "
        "faute de consultation du comité d’entreprise sur l’outil (Cass. soc., 11 décembre 2019, 18-11.792)."
    ),
)

FRENCH = Labels(
    title="Ce que prouve cette fuite",
    judged=(
        "Jugé le {time}. Les conclusions sont données au niveau de confiance de {percent}. Toutes les heures sont "
        "en UTC."
    ),
    confidential="Confidentiel\u00a0: ce rapport désigne des leurres. Qui les connaît peut les éviter.",
    read="Lus\u00a0: {records} enregistrements, {bytes} octets.",
    authenticity="Cela vient-il de nous\u00a0?",
    authenticities={
        Authenticity.CONFIRMED: "Confirmé",
        Authenticity.MIXED: "De chez nous en partie",
        Authenticity.RECYCLED: "Une ancienne fuite, reprise",
        Authenticity.NOT_OURS: "Pas de chez nous",
        Authenticity.UNDECIDABLE: "Indécidable",
    },
    error_below="risque d’erreur inférieur à {odds}",
    where="Quels établissements\u00a0?",
    where_caption="Conclusion pour chaque établissement qui a ou a eu des leurres",
    establishment="Établissement",
    standing="Conclusion",
    standings={
        Standing.INCLUDED: "Touché",
        Standing.EXCLUDED: "Exclu",
        Standing.UNDECIDED: "Indécis",
    },
    hits_of_present="Leurres touchés, sur ceux présents",
    of="{hits} sur {present}",
    error="Risque d’erreur",
    below="moins de {odds}",
    why="Pourquoi",
    no_establishment="Aucun établissement n’a de leurre.",
    when="Quand la copie a-t-elle été faite\u00a0?",
    when_unknown="Rien dans cette fuite ne peut être daté.",
    window="Fenêtre du vol\u00a0: {span} (du {earliest} au {latest}).",
    snapshots="Nombre d’instants de copie, au moins\u00a0: {snapshots}.",
    timeline="Quand les valeurs de chaque leurre touché étaient dans le logiciel",
    timeline_text=(
        "Une barre par leurre daté, de l’écriture de ses valeurs à leur remplacement ou à leur retrait. La bande "
        "ombrée est la fenêtre du vol. Les mêmes dates figurent dans le tableau des preuves."
    ),
    timeline_window="Fenêtre du vol",
    timeline_part="Les {shown} barres les plus courtes sur {all} sont dessinées.",
    evidence="Preuves",
    evidence_caption="Leurres reconnus dans la fuite, les plus forts d’abord",
    evidence_none="Aucun leurre n’a été reconnu.",
    decoy="Leurre",
    strength="Force",
    bits="{bits} bits",
    by_chance="par hasard\u00a0: moins de {odds}",
    by_chance_many="par hasard\u00a0: {number} attendus",
    fields="Champs trouvés",
    field_names={
        Field.SURNAME: "nom",
        Field.BIRTH_NAME: "nom de naissance",
        Field.FIRST_NAME: "prénom",
        Field.SEX: "sexe",
        Field.BIRTH_DATE: "date de naissance",
        Field.BIRTH_PLACE: "lieu de naissance",
        Field.STREET: "rue",
        Field.POSTCODE: "code postal",
        Field.TOWN: "ville",
        Field.PHONE: "téléphone",
        Field.EMAIL: "courriel",
        Field.LOCAL_ID: "identifiant local",
        Field.NATIONAL_ID: "identifiant national",
        Field.WEB_LINK: "lien",
        StoryField.AGE: "âge",
        StoryField.STAY: "admission",
        StoryField.DIAGNOSIS: "diagnostic",
        StoryField.DRUG: "médicament",
        StoryField.ALLERGY: "allergie",
    },
    place="Endroit dans la fuite",
    line="ligne {number}",
    row="rangée {number}",
    offset="octet {number}",
    held="Présent dans le logiciel",
    held_from="depuis {time}",
    held_until="jusqu’à {time}",
    version="version {number}",
    more_places="et {number} autres endroits",
    more_rows="Non affichés\u00a0: {number} autres. Ils sont dans le document JSON.",
    set_aside="{number} autres leurres ou pistes ne sont pas nouveaux\u00a0: connus d’avant, ou ignorés par une règle.",
    leads="Pistes",
    leads_caption="Candidats faibles, les plus forts d’abord",
    leads_text="Trop faibles pour compter. Rien de ce qui précède ne repose sur elles.",
    leads_none="Aucune piste.",
    unread="Non lu",
    unread_caption="Ce qui n’a pas pu être lu",
    unread_none="Tout a été lu.",
    reason="Raison",
    next="Que faire maintenant",
    counsel=(
        "Conseils généraux pour la France\u00a0; le conseil juridique de l’exploitant décide. Les délais courent "
        "à partir de la prise de connaissance."
    ),
    steps={
        Authenticity.CONFIRMED: (*_CLOCKS, *_KEEP),
        Authenticity.MIXED: (*_CLOCKS, *_KEEP),
        Authenticity.RECYCLED: (*_CLOCKS, *_KEEP),
        Authenticity.UNDECIDABLE: (
            (
                "Jusqu’à plus ample informé, agir comme si cela venait de chez nous\u00a0: les délais ci-dessous "
                "courent peut-être."
            ),
            "Chercher d’autres parties de la fuite, ou une copie avec plus de colonnes, et les analyser aussi.",
            *_CLOCKS,
            *_KEEP,
        ),
        Authenticity.NOT_OURS: (
            (
                "Une revendication d’accès n’est pas jugée par ce fichier\u00a0: vérifier les comptes et les "
                "journaux quoi qu’il contienne."
            ),
            "Analyser chaque nouveau fichier publié\u00a0: cette conclusion ne vaut que pour celui-ci.",
            *_KEEP,
        ),
    },
)
