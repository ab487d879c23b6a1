"""Names made comparable: spelling, legal forms, versions and abbreviations taken out of the way. SQL macros only."""

import duckdb

LEGAL_FORMS = "a s|as|aps|i s|is|p s|k s|amba|ivs|ltd|limited|inc|gmbh|ab|plc|llp|llc|holding|group|the"
COUNTRIES = "danmark|denmark|dk|uk|sverige|norge|suomi|deutschland|canada"
SMALL_WORDS = "of|and|for|in|on|og|af|til|de|du|des|la|le|les|et|en|au|aux|sur|pour"
SPELLED_OUT = {
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "ae",
    "Ø": "oe",
    "Å": "aa",
    "&": " og ",
    "+": " plus ",
    "'": "",
    "´": "",
    "®": "",
}
REST_SIMILARITY = 0.85
VERSION = "( (v|ver|version)? ?[0-9]+( [0-9]+)*)?( (produktion|production|prod|drift|test))*$"


def normalising(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros that comparisons are made of.

    plain(t): lower case, Danish letters spelled out, only letters and digits. firm(t): plain without legal forms and countries.
    core(t, f): a product's name without the supplier's name f before it, a remark in parentheses and a version after it.
    shortened(a, b): each word of one is the beginning of the word of the other at the same place, as abbreviations are.
    telling(t): the words of firm that tell a name from another; bag(t): the same as text, words in alphabetical order, then
    single letters as they come.
    initials(t): their first letters. names_in(t): the names that t holds, parted by | or / or a dash
    between blanks, the steps of a path (/A/B), the two of a-b; and t itself.
    rest(a, b): the words that only a has are like those that only b has; false when one has all words of the other.
    near(a, b): one task is the other, or lies below it in the taxonomy; true when one of them is unknown.
    """
    text = "coalesce(t, '')"
    for letter, spelled in SPELLED_OUT.items():
        letter = letter.replace("'", "''")
        text = f"replace({text}, '{letter}', '{spelled}')"
    connection.execute(
        f"create macro plain(t) as trim(regexp_replace(lower(strip_accents({text})), '[^a-z0-9]+', ' ', 'g'))"
    )
    connection.execute(
        "create macro firm(t) as coalesce(nullif(trim(regexp_replace(' ' || plain(t) || ' ', "
        f"' (({LEGAL_FORMS}|{COUNTRIES}) )+', ' ', 'g')), ''), plain(t))"
    )
    connection.execute(
        "create macro unversioned(n) as coalesce(nullif(trim(regexp_replace(n, '" + VERSION + "', '')), ''), n)"
    )
    connection.execute(
        "create macro unbranded(n, f) as case when prefix(n, f || ' ') then n[length(f) + 2:] "
        "when prefix(n, split_part(f, ' ', 1) || ' ') and length(split_part(f, ' ', 1)) > 3 "
        "then n[length(split_part(f, ' ', 1)) + 2:] else n end"
    )
    connection.execute(
        "create macro core(t, f) as unbranded(unversioned(plain(regexp_replace(coalesce(t, ''), '\\([^)]*\\)', ' ', 'g'))), f)"
    )
    connection.execute(
        "create macro shortened(a, b) as len(string_split(a, ' ')) = len(string_split(b, ' ')) and "
        "len(list_filter(list_zip(string_split(a, ' '), string_split(b, ' ')), lambda w: "
        "not ((prefix(w[1], w[2]) and length(w[2]) >= 3) or (prefix(w[2], w[1]) and length(w[1]) >= 3)))) = 0"
    )
    only = "array_to_string(list_filter(string_split({}, ' '), lambda w: not list_contains(string_split({}, ' '), w)), ' ')"
    one, other = only.format("a", "b"), only.format("b", "a")
    connection.execute(
        f"create macro rest(a, b) as {one} <> '' and {other} <> '' and (shortened({one}, {other}) "
        f"or jaro_winkler_similarity({one}, {other}) >= {REST_SIMILARITY})"
    )
    _several_names(connection)
    connection.execute("create macro near(a, b) as a is null or b is null or prefix(a, b) or prefix(b, a)")


def _several_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Macros for spellings that hold several names, or the same words in another order: `A | B`, `Justice (Ministry of)`."""
    spaced = "regexp_replace(regexp_replace(t, '(?i)\\b([aikp])/s\\b', '\\1s', 'g'), '(?i)\\b[dl][''’´]', ' ', 'g')"
    small = f"regexp_full_match(w, '{SMALL_WORDS}')"
    connection.execute(
        f"create macro telling(t) as list_filter(string_split(firm({spaced}), ' '), lambda w: w <> '' and not {small})"
    )
    words = "list_sort(list_distinct(list_filter(telling(t), lambda w: length(w) > 1)))"
    letters = "array_to_string(list_filter(telling(t), lambda w: length(w) = 1), '')"
    connection.execute(f"create macro bag(t) as trim(array_to_string({words}, ' ') || ' ' || {letters})")
    connection.execute("create macro initials(t) as array_to_string(list_transform(telling(t), lambda w: w[1]), '')")
    connection.execute(
        "create macro names_in(t) as list_concat([t], case when prefix(t, '/') then string_split_regex(t, '[|/]| [-–—] ') "
        "when regexp_full_match(t, '[a-z]{2,7}-[a-z]{2,7}') then string_split(t, '-') "
        "else string_split_regex(t, '[|]| / | [-–—] ') end)"
    )
