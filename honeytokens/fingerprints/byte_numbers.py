"""Numbers and links in folded bytes: parts of :mod:`.byte_marks`, compiled into it."""

from __future__ import annotations

from honeytokens.fingerprints.compiled import I64, U8, part

_LONGEST_GAP, _MOST_GROUPS, _MOST_DIGITS = 3, 10, 17


@part
def bare_start(text: U8, start: int, stop: int, digits: int) -> int:
    """Return where a token starts without its leading zeros, which only numbers lose."""
    if digits == stop - start:
        while start < stop and text[start] & 0x7F == 48:
            start += 1
    return start


@part
def write_iso(days: int, iso: U8) -> None:
    """Write the day so many days after 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms")."""
    days += 719468
    era = days // 146097
    in_era = days - era * 146097
    year = (in_era - in_era // 1460 + in_era // 36524 - in_era // 146096) // 365
    in_year = in_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * in_year + 2) // 153
    day = in_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year += era * 400 + (month <= 2)
    iso[4] = iso[7] = 45
    for place in range(4):
        iso[3 - place] = 48 + year % 10
        year //= 10
    iso[5], iso[6], iso[8], iso[9] = 48 + month // 10, 48 + month % 10, 48 + day // 10, 48 + day % 10


@part
def _gap_is_usual(text: U8, start: int, stop: int) -> bool:
    """Return whether what stands between two groups of digits may stand inside a telephone number."""
    if not 1 <= stop - start <= _LONGEST_GAP:
        return False
    for place in range(start, stop):
        sign = text[place]
        if sign != 32 and not (45 <= sign <= 47) and sign != 40 and sign != 41:
            return False
    return True


@part
def find_phones(text: U8, starts: I64, stops: I64, run: int, runs: int, digits: U8, found: I64) -> int:
    """Put where, in ``digits``, the telephone numbers end that begin with a group; return how many there are."""
    start, stop = starts[run], stops[run]
    size, held, first, count = stop - start, 0, start, 0
    plus = start > 0 and text[start - 1] == 43
    dialled = plus or text[start] & 0x7F == 48
    groups = _MOST_GROUPS if dialled else 1 if 9 <= size <= 12 else 3
    for group in range(run, min(run + groups, runs)):
        if group > run:
            first = starts[group] - (text[starts[group] - 1] == 43)
            if not _gap_is_usual(text, stops[group - 1], first):
                break
        if held + stops[group] - starts[group] > _MOST_DIGITS:
            break
        for place in range(starts[group], stops[group]):
            digits[held] = text[place] & 0x7F
            held += 1
        if dialled:
            abroad = plus or (held > 1 and digits[0] == 48 and digits[1] == 48)
            good = held >= 11 if abroad else held == 10 or held == 11
        else:
            good = held >= 9
        if good:
            found[count] = held
            count += 1
    return count


@part
def _in_path(sign: int) -> bool:
    letter = 97 <= sign <= 122 or 45 <= sign <= 57 or sign == 95
    return letter or sign == 126 or sign == 37 or sign == 43 or sign == 61 or sign == 38 or sign == 63


@part
def path_end(text: U8, slash: int, end: int) -> int:
    """Return where the path of a link ends."""
    stop = slash
    while stop < end and _in_path(text[stop]):
        stop += 1
    while stop > slash and (text[stop - 1] == 46 or text[stop - 1] == 47):
        stop -= 1
    return stop


@part
def host_start(text: U8, slash: int, start: int) -> int:
    """Return where the host before a slash starts; at the slash if there is none."""
    first, dotted = slash, False
    while first > start:
        sign = text[first - 1]
        if not (97 <= sign <= 122 or 48 <= sign <= 57 or sign == 45 or sign == 46):
            break
        dotted |= sign == 46
        first -= 1
    return first if dotted else slash
