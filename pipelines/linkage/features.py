"""How alike two named things are, in figures a person can follow. Set-based SQL; gives no verdict, which is model.py's.

Words and groups of three letters count by their rarity: ln(records / records that have it), so that what many names share
(system, software, a large supplier) says little.
"""

import duckdb

WORD_LIMIT = 60  # a word that more records have brings no pair together by itself
FEATURES = {
    "covered_least": "share of the words of the one, by rarity, that stand in the other: the lower of the two sides",
    "missing_least": "rarity of the rarest word of the one that does not stand in the other: the lower of the two sides",
    "differing_numbers": "words with digits that only the one has: the lower of the two sides, at most 3",
    "best_letters_least": "letters in common as a share of the best that the one has with anything: the lower of the two sides",
    "best_letters_most": "the higher of the two sides",
    "best_covered_least": "covered shares as a share of the best that the one has with anything: the lower of the two sides",
    "best_covered_most": "the higher of the two sides",
    "same_maker": "1 when both name the same maker",
    "price_distance": "logarithm of the higher price over the lower, at most 2; 0 when a price is unknown",
    "price_unknown": "1 when a price is unknown",
}


def pairs_by_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `compared` (a, b): records that share a word that is not too common. Needs table `record`."""
    connection.execute(
        f"""create or replace table compared as
        with word as (select distinct id, unnest(string_split(name, ' ')) as word from record),
        telling as (select word from word where word <> '' group by word having count(*) between 2 and {WORD_LIMIT})
        select distinct x.id as a, y.id as b
        from word x join telling using (word) join word y on y.word = x.word and x.id < y.id"""
    )


def compare(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `feature`: for each pair of `compared` (a, b) one column per name of FEATURES.

    `record` has (id, name, maker, price): name and maker in plain letters (see names.py), maker '' and price null when unknown.
    """
    _pieces(
        connection, "word", "select distinct id, unnest(string_split(name || ' ' || maker, ' ')) as piece from record"
    )
    _pieces(
        connection,
        "letters",
        "select distinct id, substr(' ' || name || ' ', i, 3) as piece "
        "from (select id, name, unnest(range(1, length(name) + 1)) as i from record)",
    )
    _in_common(connection)
    _covered(connection)
    connection.execute(f"create or replace table feature as {_features()}")


def _pieces(connection: duckdb.DuckDBPyConnection, name: str, pieces: str) -> None:
    """Table `<name>` (id, piece, rarity): what each record's name is made of."""
    connection.execute(
        f"""create or replace table {name} as
        with piece as (select * from ({pieces}) where piece <> ''),
        rarity as (select piece, ln((select count(*) from record) / count(*)) as rarity from piece group by piece)
        select id, piece, rarity from piece join rarity using (piece)"""
    )


def _in_common(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `alike` (a, b, letters): cosine of the two names' groups of three letters, 0 to 1."""
    connection.execute(
        """create or replace table alike as
        with size as (select id, sqrt(sum(rarity * rarity)) as size from letters group by id),
        shared as (
            select a, b, sum(x.rarity * x.rarity) as shared
            from compared join letters x on x.id = a join letters y using (piece) where y.id = b group by a, b
        )
        select a, b, coalesce(shared / nullif(p.size * q.size, 0), 0) as letters
        from compared left join shared using (a, b) left join size p on p.id = a left join size q on q.id = b"""
    )


def _covered(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `side` (a, b, covered, missing, numbers), two rows a pair: what of the one's words stands in the other's letters."""
    found = "contains(replace(other.name || other.maker, ' ', ''), piece)"
    digits = "regexp_matches(piece, '[0-9]') and not list_contains(string_split(other.name || ' ' || other.maker, ' '), piece)"
    connection.execute(
        f"""create or replace table side as
        select a, b, coalesce(sum(case when {found} then rarity end) / nullif(sum(rarity), 0), 0) as covered,
               coalesce(max(case when not {found} then rarity end), 0) as missing, count(case when {digits} then 1 end) as numbers
        from (select a, b, a as one_id, b as other_id from compared union all select a, b, b, a from compared)
        join word on word.id = one_id join record other on other.id = other_id
        group by a, b, one_id"""
    )


def _features() -> str:
    price = "abs(ln(x.price / y.price))"
    has_prices = "x.price > 0 and y.price > 0"
    same_maker = "x.maker = y.maker or contains(x.maker, y.maker) or contains(y.maker, x.maker)"
    return f"""
        with both_sides as (
            select a, b, min(covered) as covered_least, sum(covered) as covered, min(missing) as missing_least,
                   min(numbers) as numbers_least
            from side group by a, b
        ),
        pair as (select * from alike join both_sides using (a, b)),
        best as (
            select id, nullif(max(letters), 0) as letters, nullif(max(covered), 0) as covered
            from (select unnest([a, b]) as id, letters, covered from pair) group by id
        )
        select a, b, covered_least, missing_least, least(numbers_least, 3) as differing_numbers,
               coalesce(pair.letters / greatest(i.letters, j.letters), 0) as best_letters_least,
               coalesce(pair.letters / least(i.letters, j.letters), 0) as best_letters_most,
               coalesce(pair.covered / greatest(i.covered, j.covered), 0) as best_covered_least,
               coalesce(pair.covered / least(i.covered, j.covered), 0) as best_covered_most,
               case when x.maker <> '' and y.maker <> '' and ({same_maker}) then 1 else 0 end as same_maker,
               case when {has_prices} then least({price}, 2) else 0 end as price_distance,
               case when {has_prices} then 0 else 1 end as price_unknown
        from pair join best i on i.id = a join best j on j.id = b join record x on x.id = a join record y on y.id = b"""
