"""The words of a report in English."""

from __future__ import annotations

from honeytokens.model import Authenticity, Field, Standing, StoryField
from honeytokens.reports.labels import Labels

_CLOCKS = (
    (
        "CERT Santé: report without delay (art. L.1111-8-2, code de la santé publique), also when other "
        "establishments may be touched."
    ),
    "CNIL: notify within 72 hours of becoming aware (GDPR, art. 33). A first notice may be completed later.",
    "The people concerned: tell them without undue delay where the risk for them is high (GDPR, art. 34).",
    "Insurer: lodge a complaint within 72 hours of becoming aware (art. L.12-10-1, code des assurances).",
    "NIS2: early warning within 24 hours, where it is in force and applies to you.",
)
_KEEP = (
    (
        "Write down when, where and by whom the file was found, and its SHA-256. Keep one copy, offline, read by "
        "as few people as can be: holding stolen data can itself be an offence (art. 323-3, code pénal)."
    ),
    (
        "Save the logs that cover the window of the theft before they are rotated: exports, slow requests, "
        "logins, proxies, database."
    ),
    (
        "Do not name an employee from logs before counsel agrees: evidence was set aside where the works council "
        "had not been consulted on the tool (Cass. soc., 11 December 2019, 18-11.792)."
    ),
)

ENGLISH = Labels(
    title="What this leak proves",
    judged="Judged on {time}. Standings are stated at {percent} confidence. All times are UTC.",
    confidential="Confidential: this report names decoys. Whoever knows them can avoid them.",
    read="Read: {records} records, {bytes} bytes.",
    authenticity="Is it ours?",
    authenticities={
        Authenticity.CONFIRMED: "Confirmed",
        Authenticity.MIXED: "Ours in part",
        Authenticity.RECYCLED: "An older leak again",
        Authenticity.NOT_OURS: "Not ours",
        Authenticity.UNDECIDABLE: "Undecidable",
    },
    error_below="error risk below {odds}",
    where="Which establishments?",
    where_caption="Standing of each establishment that has or had decoys",
    establishment="Establishment",
    standing="Standing",
    standings={
        Standing.INCLUDED: "Included",
        Standing.EXCLUDED: "Excluded",
        Standing.UNDECIDED: "Undecided",
    },
    hits_of_present="Decoys hit, of those present",
    of="{hits} of {present}",
    error="Error risk",
    below="below {odds}",
    why="Why",
    no_establishment="No establishment has decoys.",
    when="When was it copied?",
    when_unknown="Nothing in this leak can be dated.",
    window="The window of the theft: {span} ({earliest} to {latest}).",
    snapshots="Moments of copying, at least: {snapshots}.",
    timeline="When the values of each hit stood in the system",
    timeline_text=(
        "One bar for each dated hit, from the time its values were written to the time they were replaced or "
        "removed. The shaded band is the window of the theft. The same dates are in the table of evidence."
    ),
    timeline_window="Window of the theft",
    timeline_part="The {shown} shortest of {all} bars are drawn.",
    evidence="Evidence",
    evidence_caption="Decoys recognised in the leak, the strongest first",
    evidence_none="No decoy was recognised.",
    decoy="Decoy",
    strength="Strength",
    bits="{bits} bits",
    by_chance="by chance: below {odds}",
    by_chance_many="by chance: {number} expected",
    fields="Fields found",
    field_names={
        Field.SURNAME: "surname",
        Field.BIRTH_NAME: "birth name",
        Field.FIRST_NAME: "first name",
        Field.SEX: "sex",
        Field.BIRTH_DATE: "birth date",
        Field.BIRTH_PLACE: "birth place",
        Field.STREET: "street",
        Field.POSTCODE: "postcode",
        Field.TOWN: "town",
        Field.PHONE: "phone",
        Field.EMAIL: "e-mail",
        Field.LOCAL_ID: "local identifier",
        Field.NATIONAL_ID: "national identifier",
        Field.WEB_LINK: "web link",
        StoryField.AGE: "age",
        StoryField.STAY: "admission",
        StoryField.DIAGNOSIS: "diagnosis",
        StoryField.DRUG: "drug",
        StoryField.ALLERGY: "allergy",
    },
    place="Place in the leak",
    line="line {number}",
    row="row {number}",
    offset="byte {number}",
    held="Stood in the system",
    held_from="from {time}",
    held_until="until {time}",
    version="version {number}",
    more_places="and {number} more places",
    more_rows="Not shown: {number} more. They are in the JSON document.",
    set_aside="{number} more hits or leads are no news: a baseline holds them, or a rule ignores them.",
    leads="Leads",
    leads_caption="Weak candidates, the strongest first",
    leads_text="Too weak to count. Nothing above rests on them.",
    leads_none="No lead.",
    unread="Not read",
    unread_caption="What could not be read",
    unread_none="Everything was read.",
    reason="Reason",
    next="What to do next",
    counsel="General advice for France; the operator's counsel decides. Clocks run from the time you became aware.",
    steps={
        Authenticity.CONFIRMED: (*_CLOCKS, *_KEEP),
        Authenticity.MIXED: (*_CLOCKS, *_KEEP),
        Authenticity.RECYCLED: (*_CLOCKS, *_KEEP),
        Authenticity.UNDECIDABLE: (
            "Act as if it were ours until more is known: the clocks below may be running.",
            "Look for more of the leak, or for a copy with more columns, and scan that too.",
            *_CLOCKS,
            *_KEEP,
        ),
        Authenticity.NOT_OURS: (
            "A claim of access is not judged by this file: check accounts and logs whatever it holds.",
            "Scan each new file that is published: this verdict is about this one only.",
            *_KEEP,
        ),
    },
)
