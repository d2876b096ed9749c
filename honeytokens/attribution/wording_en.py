"""The texts of a verdict in English."""

from __future__ import annotations

from types import MappingProxyType

from honeytokens.attribution.texts import Wording
from honeytokens.phrasing import PHRASINGS

ENGLISH = Wording(
    phrasing=PHRASINGS["en"],
    confirmed=(
        "Planted decoys recognised: {hits}. The probability that chance alone explains them is below {odds}, if "
        "chance matches of different decoys are independent."
    ),
    too_weak=(
        "Decoys recognised: {hits}, but chance alone explains them with a probability of up to {odds}. Look for more "
        "of the leak."
    ),
    decoys_only=(
        "All of the {records} records read are decoys. A theft takes patients too: someone who knows the decoys may "
        "have made this file. Find out who could read the registry."
    ),
    strays_only=(
        "The decoys found ({strays}) were never planted, by the registry. They did not come from a hospital system: "
        "find out who could read the keyring or the registry, or whether the registry is an old copy."
    ),
    strays_too="Left out, because the registry never planted them: {strays}.",
    nothing_planted="No decoy is planted: none could have been found.",
    nothing_read="No record was read: there is nothing to judge.",
    part_unread="No decoy was found, but part of the file could not be read: {unread}. Mend that and scan again.",
    leads_stand_out=(
        "No decoy was found for certain, but weak candidates stronger than chance would bring stand out: {leads}. "
        "Look at the leads."
    ),
    patients_unknown=(
        "No decoy was found. What that means cannot be computed without the number of patients and living decoys of "
        "{names}."
    ),
    not_ours=(
        "None of the {records} records read is a decoy. If they were a random sample of any of our establishments, "
        "copied since {since}, the probability of that would be below {odds}. An older copy, one page of a list, a "
        "filter, or a file without the columns that identify a patient could escape."
    ),
    too_few=(
        "No decoy was found, but {records} records are too few to mean anything: about {more} further random records "
        "would decide, or {decoys} living decoys in {name}."
    ),
    included="Decoys that live only here were hit: {hits}.",
    excluded=(
        "None of the {present} decoys here was hit, against {total} hits elsewhere. Had this establishment been "
        "taken at the same rate, the probability of that would be below {odds}. This assumes one random sample of "
        "everything that was taken: one page of a list or a filter breaks it."
    ),
    excluded_not_ours=(
        "A random sample of its records would hold none of its {present} decoys with a probability below {odds}."
    ),
    hits_too_weak="Its hits are too weak: chance explains them with a probability of up to {odds}.",
    not_established="The file is not established to be ours, so nothing is said about where it came from.",
    shared_only="Decoys that were hit here also live elsewhere, so they cannot tell.",
    none_present="No decoy surely lived here during the whole window of the theft.",
    more_records=(
        "None of the {present} decoys here was hit. About {more} further random records of the leak would decide."
    ),
    more_decoys=(
        "None of the {present} decoys here was hit. They are too few to decide, whatever is found of the rest of the "
        "leak."
    ),
    one_moment="One moment of copying explains all of the dated hits ({hits}).",
    several_moments=(
        "No single moment explains the dated hits ({hits}): there were at least {snapshots} ({moments}). A copying "
        "that lasted, or a table that keeps old values, looks the same."
    ),
    moment="{earliest} to {latest}",
    lasted="The later values stand further down the file: one copying that lasted explains them.",
    clocks_paid="Clocks may have been wrong by {minutes} minutes: the window is wider by as much on either side.",
    backup="A stolen backup dates the backup, not its theft.",
    weak_left_out="Hits too weak to date anything, left out: {hits}.",
    contradictions=(
        "Recorded times or versions that contradict each other, left out: {hits}. Check the clocks and the registry."
    ),
    recycled=(
        "All of the {hits} decoys found were in the leak {name} already. A new theft would have that with a "
        "probability below {odds}: this is the older leak again."
    ),
    mixed=(
        "They are too few for {records} records of ours: at most {percent} of the records are ours (error risk below "
        "{odds}), or the file is no random sample. Fabricated, public or others' data were mixed in."
    ),
    not_sampled=(
        "The records are one page of a list, or what a filter let through, so its silence proves nothing. Another page "
        "of the leak is needed."
    ),
    size_not_identifiable=(
        "One random sample does not identify how much was stolen: it proves only what is in it. A second file that was "
        "drawn independently, or the row numbers of the source, would tell."
    ),
    size_told="Two files together bound the whole: between {low} and {high} records, if both are random samples of it.",
    size_numbered=(
        "The numbers in the file bound the whole: at most {high} records, if they are a random sample of a numbering "
        "from 1. How many of these were stolen is not identified."
    ),
    overlap_bounded=(
        "Records in both: {both}. If both are random samples, the whole has between {low} and {high} "
        "records, at {percent}."
    ),
    numbering=(
        "{seen} numbers, spread evenly up to about {greatest}. If they are a random sample of a numbering from 1, at "
        "most {high} had been given when the file was copied, at {percent}: no more records are of that numbering."
    ),
    overlap_open=(
        "Records in both: {both}. If both are random samples, the whole has at least {low} records, at "
        "{percent}; nothing "
        "bounds it from above."
    ),
    shape_page=(
        "One page of a list by {by}: all {hits} hits lie among {span} neighbours of the {present} decoys, "
        "from {first} to "
        "{last} of the list."
    ),
    shape_filter="A filter by {by} ({value}): all {hits} hits have it, as {inside} of the {present} decoys do.",
    shape_sorted="The file is sorted by {by}: the {hits} hits stand in that order.",
    orders=MappingProxyType(
        {"name": "name", "birth_date": "birth date", "number": "record number", "last_stay": "last stay"}
    ),
    groups=MappingProxyType({"sex": "sex", "birth_decade": "decade of birth", "practitioner": "practitioner"}),
    claim_access="Rows cannot judge a claim of access: check accounts and logs.",
    claim_size_refuted=(
        "Were the whole so large, the records that files share, or the numbers in them, would be as far off as this "
        "with a probability below {odds}, if they are random samples of it."
    ),
    claim_size_smaller=(
        "The files hold {records} records, more than claimed, unless some are not of patients or stand in them twice."
    ),
    claim_size_possible="What the files share agrees with it, and with other sizes.",
    claim_site_unknown="No decoy was ever planted there: nothing can be said.",
    claim_time_unknown="Nothing in the leak can be dated.",
    claim_time_outside="It is outside the window of the theft.",
    claim_time_inside="It is in the window of the theft.",
    recipients_named=(
        "Copies of the extract {extract} that were handed to {names} are in the leak. Anybody is named wrongly with a "
        "probability below {odds}, whatever was done to the copies. That a copy leaked does not say who leaked it: it "
        "may have been stolen from whoever held it."
    ),
    nobody_named=(
        "The extract {extract} is in the leak, and nobody can be named: of its rows in two variants {told} show which, "
        "and {unique} rows of single copies were found, for {recipients} copies handed out. More of the leak may tell."
    ),
    say_join="; ",
    say_confirmed="Confirmed: this file came from our records (error risk below {odds})",
    say_mixed="Ours in part: records of ours are in this file, mixed with others (error risk below {odds})",
    say_recycled="Not new: this file comes from an older leak of ours (error risk below {odds})",
    say_not_ours=(
        "Not ours, if it is a random sample copied since {since}: none of the {records} records read is a decoy "
        "(error risk below {odds})"
    ),
    say_undecidable="Undecidable: {reason}",
    say_included="{names} hit",
    say_recipients="it came from the copy of {extract} handed to {names} (error risk below {odds})",
    say_nobody_named="it came from a copy of {extract}, whose nobody can say",
    say_copied="copied {span}",
    say_copied_repeatedly="copied at several moments or over some time, {span}",
    say_date_unknown="the date of the copy is not known",
    say_excluded="{names} excluded at {percent}",
    say_undecided="{names} undecided",
    say_unread="part of the file could not be read",
    say_no_access="how they got access is not judged",
    say_clocks="CERT Santé now, CNIL by {cnil}",
    say_act_as_if="until more is known, act as if it were ours",
)
