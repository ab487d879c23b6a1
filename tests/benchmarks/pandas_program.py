"""The same fact and three marts as floor.sql, as somebody who knows pandas well would write them: BUILD PRICE_YEAR TARGET.

It runs in one process from the same raw Parquet; what is small it takes ready from the build's warehouse. Rules are decided once for each
distinct value and looked up by line; no loop goes over lines. Writes one Parquet file a table, which `others.py` holds against floor.sql.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

LINE = ["delivery_id", "source_row_number", "source_column"]
IDENTITY = ["administration_code", "voucher_key", "posting_date", "fiscal_year", "fiscal_period", "cost_centre_code", "function_code",
            "dranst_code", "art_code", "account_code", "project_code", "supplier_key", "supplier_name", "supplier_registration_code",
            "contract_key", "system_key", "partner_administration_code", "posting_text", "posting_amount"]  # fmt: skip
ACCOUNT = ["administration_code", "function_code", "dranst_code", "art_code", "account_code", "account_name"]
FRAME = ["year", "function_code", "dranst_code", "art_code"]
PUNCTUATION = str.maketrans(".,;:-/()_+&\"'", " " * 13)
Test = Callable[[object], bool]
MONTH = ["administration_code", "year", "fiscal_period", "supplier_id", "cost_pool_code", "spend_kind_code", "steering_area_code",
         "is_eliminated"]  # fmt: skip


def given(value: object) -> bool:
    return value is not None and not pd.isna(value)  # type: ignore[call-overload, no-any-return]


def words(text: str) -> str:
    return f" {text.lower().translate(PUNCTUATION)} "


def sought(word: str) -> str:
    return words(word).rstrip("* ") if word.endswith("*") else words(word)


def one_of(codes: str) -> Test:
    """Whether a value is one of codes between bars."""
    known = set(codes.split("|"))
    return lambda value: value in known


def prefixed(prefixes: str) -> Test:
    """Whether a value begins with one of prefixes between bars."""
    starts = tuple(prefix.strip() for prefix in prefixes.split("|"))
    return lambda value: given(value) and str(value).startswith(starts)


def worded(looked_for: str) -> Test:
    """Whether a text says one of the words between bars; a star stands for any ending."""
    sought = [
        words(word.strip()).rstrip("* ") if word.strip().endswith("*") else words(word.strip())
        for word in looked_for.split("|")
    ]
    return lambda value: given(value) and any(word in said for said in [words(str(value))] for word in sought)


def since(first: Any) -> Test:
    return lambda day: not day < first  # type: ignore[operator]


def until(last: Any) -> Test:
    return lambda day: not day > last  # type: ignore[operator]


def same(wanted: object) -> Test:
    return lambda value: bool(value) == bool(wanted)


class Program:
    """One run over one build."""

    def __init__(self, build: Path, price_year: int) -> None:
        self.build, self.price_year = build, price_year
        self.warehouse = duckdb.connect(
            str(build / "warehouse.duckdb"), read_only=True, config={"file_search_path": str(build)}
        )
        self.rules = self.read("reference_spend_rule").sort_values(["rule_order", "rule_code"]).reset_index(drop=True)

    def read(self, name: str) -> pd.DataFrame:
        return pd.concat([pd.read_parquet(path) for path in sorted((self.build / "inputs" / name).glob("*.parquet"))])

    def small(self, query: str) -> pd.DataFrame:
        return self.warehouse.execute(query).df()

    def postings(self) -> pd.DataFrame:
        """Lines in force, without those that several deliveries repeat."""
        deliveries = self.read("raw_delivery")
        source = self.read("raw_postings")
        source = source[source.delivery_id.isin(deliveries.delivery_id[deliveries.is_in_force])].reset_index(drop=True)
        dates = source.groupby(["contract_id", "posting_date"], observed=True).delivery_id.nunique()
        several = dates[dates > 1].reset_index()[["contract_id", "posting_date"]]
        if several.empty:
            return source
        shared = source.reset_index().merge(several, on=["contract_id", "posting_date"])
        key = pd.util.hash_pandas_object(shared[IDENTITY].astype("string").fillna(""), index=False).astype("string")
        shared["line"] = shared.posting_key.astype("string").fillna(key)
        counted = shared.groupby(["contract_id", "line", "delivery_id"]).size().rename("lines").reset_index()
        counted = counted.merge(deliveries[["delivery_id", "business_date"]], on="delivery_id").sort_values(
            ["lines", "business_date", "delivery_id"], ascending=[False, False, True]
        )
        second = counted[counted.duplicated(["contract_id", "line"])]
        gone = shared.merge(second[["contract_id", "line", "delivery_id"]], on=["contract_id", "line", "delivery_id"])
        return source.drop(index=gone["index"]).reset_index(drop=True)

    def mask(self, rows: pd.DataFrame, *conditions: tuple[str, str, Callable[..., Test]]) -> np.ndarray:
        """Whether each rule holds of each row of a small table. A condition: a column, the rules' column, and what makes a test of it."""
        holds = np.ones((len(rows), len(self.rules)), dtype=bool)
        for column, asked, test in conditions:
            values = rows[column].tolist()
            for number, wanted in enumerate(self.rules[asked].tolist()):
                if given(wanted):
                    holds[:, number] &= np.fromiter(map(test(wanted), values), bool, len(values))
        return holds

    def looked_up(self, lines: pd.DataFrame, *conditions: tuple[str, str, Callable[..., Test]]) -> np.ndarray:
        """The same, decided once for each distinct combination and looked up for each line."""
        by = list(dict.fromkeys(column for column, *_ in conditions))
        groups = lines.groupby(by, dropna=False, sort=False).ngroup().to_numpy()
        _, first = np.unique(groups, return_index=True)
        return self.mask(lines[by].iloc[first], *conditions)[groups]  # type: ignore[no-any-return]

    def suppliers(self) -> pd.DataFrame:
        """Spellings of suppliers with their id and whether the portfolio knows them."""
        links = self.read("link_supplier")
        used = self.small(
            "select supplier_name, supplier_registration_code from intermediate.int_contract__deduplicated union "
            "select supplier_name, supplier_registration_code from intermediate.int_system_use__deduplicated"
        ).fillna("")
        used.columns = pd.Index(["source_supplier_name", "source_registration_code"])
        known = set(links.merge(used, on=list(used.columns)).supplier_id.dropna())
        spellings = links[["source_supplier_name", "source_registration_code", "supplier_id", "supplier_name",
                           "supplier_registration_code"]].drop_duplicates()  # fmt: skip
        if not ((spellings.source_supplier_name == "") & (spellings.source_registration_code == "")).any():
            spellings.loc[len(spellings) + 1_000_000] = ["", "", None, None, None]
        return spellings.assign(is_known=spellings.supplier_id.isin(known)).reset_index(drop=True)

    def fct_posting(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Every line with what it refers to and the first rule that holds of it."""
        holds = self.looked_up(
            lines, ("administration_code", "administration_code", one_of), ("function_code", "function_prefix", prefixed),
            ("dranst_code", "dranst_code", one_of), ("art_code", "art_prefix", prefixed),
            ("account_code", "account_prefix", prefixed), ("account_name", "account_words", worded),
        )  # fmt: skip
        holds &= self.looked_up(lines, ("project_code", "project_prefix", prefixed))
        holds &= self.looked_up(
            lines, ("posting_date", "valid_from_date", since), ("posting_date", "valid_to_date", until)
        )
        holds &= self.looked_up(lines, ("posting_text", "text_words", worded))
        spellings = self.suppliers()
        by_spelling = self.mask(
            spellings,
            ("supplier_registration_code", "supplier_registration_code", one_of),
            ("supplier_name", "supplier_words", worded),
            ("is_known", "is_portfolio_supplier", same),
        )
        spellings["spelling"] = range(len(spellings))
        lines = lines.assign(
            source_supplier_name=lines.supplier_name.fillna(""),
            source_registration_code=lines.supplier_registration_code.fillna(""),
            data_contract_id=lines.contract_id,
        ).drop(columns=["contract_id", "supplier_id"], errors="ignore")
        names = ["source_supplier_name", "source_registration_code"]
        lines = lines.merge(spellings[[*names, "supplier_id", "spelling"]], on=names, how="left")
        known = lines.spelling.notna().to_numpy()
        holds &= known[:, None] & by_spelling[lines.spelling.fillna(0).astype(int).to_numpy()]
        contracts = self.small(
            "select administration_code, contract_key, contract_id from intermediate.int_contract__deduplicated"
        )
        systems = self.small(
            "select administration_code, system_key, system_id from intermediate.int_system_use__shared_expanded where is_owner"
        )
        lines = lines.merge(contracts, on=["administration_code", "contract_key"], how="left")
        lines = lines.merge(systems, on=["administration_code", "system_key"], how="left")
        number = np.where(holds.any(axis=1), holds.argmax(axis=1), -1)
        year = lines.fiscal_year.fillna(pd.to_datetime(lines.posting_date).dt.year).astype("int32")
        is_it = self.rules.is_it.astype("boolean").reindex(number).reset_index(drop=True)
        return lines.assign(year=year, rule_number=number, is_it=is_it)

    def named(self, spent: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
        """Targets that the text of a line names, one row for each administration and text."""
        texts = spent.loc[spent.posting_text.notna(), ["administration_code", "posting_text"]].drop_duplicates()
        one = after_a_word(texts.posting_text)
        said = pd.concat([texts.assign(said=text) for text in (texts.posting_text, one, after_a_word(one))])
        said["reference_value"] = said.said.str.strip(" ").str.lower().str[:40]
        found = said.merge(references, on=["administration_code", "reference_value"])
        found = found.groupby(["administration_code", "posting_text", "reference_kind_code"]).target_id.min().unstack()
        return found.reindex(columns=["system_name", "contract_name"]).reset_index()

    def eliminated(self, fct: pd.DataFrame) -> pd.DataFrame:
        """Internal lines whose other side is there."""
        rules = self.rules[
            self.rules.is_it.astype("boolean").fillna(False) & self.rules.is_internal.astype("boolean").fillna(False)
        ]
        sides = fct[fct.rule_number.isin(rules.index)].copy()
        marker = rules.reference_marker.reindex(sides.rule_number).to_numpy()
        sides["reference"] = [reference_in(text, mark) for text, mark in zip(sides.posting_text, marker, strict=True)]
        sides["month"] = pd.to_datetime(sides.posting_date).dt.to_period("M").astype(str)
        partner = sides.partner_administration_code.fillna("")
        sides["partner"], sides["cell"] = partner, sides.source_column.fillna("")
        sides = sides.sort_values(["delivery_id", "source_row_number", "cell"])
        key = ["administration_code", "partner", "month", "posting_amount", "reference"]
        sides["equal"] = sides.groupby(key).cumcount()
        positive = (sides.posting_amount > 0).to_numpy()
        sides["payer"] = np.where(positive, sides.administration_code, sides.partner)
        sides["payee"] = np.where(positive, sides.partner, sides.administration_code)
        sides["size"] = sides.posting_amount.abs()
        pair = sides.groupby(["payer", "payee", "month", "size", "reference", "equal"]).delivery_id.transform("size")
        other = (sides.partner != "") & (sides.partner != sides.administration_code)
        return sides.loc[(pair == 2) & other & (sides.posting_amount != 0), LINE]

    def fct_it_spend(self, fct: pd.DataFrame) -> pd.DataFrame:
        """IT lines divided over what they were spent on, to the øre."""
        spent = fct[fct.is_it.fillna(False)].copy()
        rule = self.rules.reindex(spent.rule_number).reset_index(drop=True).set_axis(spent.index)
        for name in ("confidence_pct", "spend_kind_code", "cost_pool_code"):
            spent[name] = rule[name]
        references = self.small("select * from intermediate.int_cost_reference__listed")
        kinds = dict(iter(references.groupby("reference_kind_code")))
        empty = references.iloc[:0]
        texts = pd.concat([kinds.get("system_name", empty), kinds.get("contract_name", empty)])
        columns = ["administration_code", "reference_value", "target_id"]
        project = kinds.get("project", empty)[columns].set_axis(
            ["administration_code", "project_code", "project_target"], axis=1
        )
        supplier = kinds.get("supplier", empty)[[*columns, "first_date"]]
        supplier = supplier.set_axis(["administration_code", "supplier_id", "supplier_target", "first_date"], axis=1)
        spent = spent.merge(self.named(spent, texts), on=["administration_code", "posting_text"], how="left")
        spent = spent.merge(project, on=["administration_code", "project_code"], how="left")
        spent = spent.merge(supplier, on=["administration_code", "supplier_id"], how="left")
        counts = (
            self.rules.is_contract_cost.astype("boolean").fillna(True).reindex(spent.rule_number).to_numpy(dtype=bool)
        )
        dates = pd.to_datetime(spent.posting_date)
        in_time = ~(pd.to_datetime(spent.first_date) > dates).to_numpy()
        spent.loc[~(counts & in_time), "supplier_target"] = None
        spent["target_id"] = (
            spent.system_id.fillna(spent.system_name).fillna(spent.project_target).fillna(spent.contract_id)
            .fillna(spent.contract_name).fillna(spent.supplier_target)
        )  # fmt: skip
        spent = self.divided(spent)
        gone = self.eliminated(fct).assign(is_eliminated=True)
        spent = spent.merge(gone, on=LINE, how="left")
        spent["is_eliminated"] = spent.is_eliminated.astype("boolean").fillna(False).astype(bool)
        frames = self.frames(fct)
        spent = spent.merge(frames, on=FRAME, how="left")
        index = self.small("select price_year as year, index_value from staging.stg_price_index").drop_duplicates(
            "year"
        )
        now = index.index_value[index.year == self.price_year].iloc[0]
        factor = index.set_index("year").index_value
        spent["spend_real_cents"] = (spent.cents * float(now) / spent.year.map(factor).astype(float)).round()
        return spent

    def divided(self, spent: pd.DataFrame) -> pd.DataFrame:
        """Each line's cents over the parts of its target; the rest goes to the largest remainders."""
        targets = self.small(
            "select target_id, system_id as target_system_id, contract_id as target_contract_id, split_weight, split_weight_total, "
            "part_number, part_count from intermediate.int_cost_target__weighted"
        )
        spent = spent.merge(targets, on="target_id", how="left")
        cents = (spent.posting_amount.astype(float) * 100).round().astype("int64")
        several = (spent.part_count > 1).to_numpy()
        spent["cents"] = cents
        some = spent[several]
        total = some.split_weight_total.astype(object).map(int)
        scaled = some.cents.astype(object) * some.split_weight.astype(object).map(int)
        left = np.array([abs(s) % t for s, t in zip(scaled, total, strict=True)], dtype=object)
        low = np.array(
            [(1 if s >= 0 else -1) * (abs(s) // t) for s, t in zip(scaled, total, strict=True)], dtype="int64"
        )
        order = some.assign(left=left.astype(float), low=low).sort_values([*LINE, "left", "part_number"],
                                                                         ascending=[True, True, True, False, True])  # fmt: skip
        line = order.groupby(LINE, dropna=False, sort=False)
        rest = order.cents - line.low.transform("sum")
        more = np.where(line.cumcount() < rest.abs(), np.sign(rest), 0)
        spent.loc[order.index, "cents"] = order.low + more
        return spent

    def frames(self, fct: pd.DataFrame) -> pd.DataFrame:
        """The steering area of each combination of year and account."""
        rules = self.small("select * from staging.stg_steering_area_rule order by rule_order, steering_area_code")
        found = fct[FRAME].drop_duplicates()
        found["steering_area_code"] = [
            next(
                (
                    r.steering_area_code
                    for r in rules.itertuples()
                    if (not given(r.valid_from_year) or r.valid_from_year <= row.year)
                    and (not given(r.valid_to_year) or row.year <= r.valid_to_year)
                    and (not given(r.function_prefixes) or prefixed(r.function_prefixes)(row.function_code))
                    and (not given(r.dranst_codes) or one_of(r.dranst_codes)(row.dranst_code))
                    and (not given(r.art_prefixes) or prefixed(r.art_prefixes)(row.art_code))
                ),
                None,
            )
            for row in found.itertuples()
        ]
        return found


def after_a_word(text: pd.Series) -> pd.Series:
    """What comes after the first blank; the whole text when there is none."""
    return text.str.split(" ", n=1).str[-1]


def reference_in(text: object, marker: object) -> str:
    """The word after a rule's marker."""
    if not given(text) or not given(marker) or str(marker) not in str(text):
        return ""
    return str(text).split(str(marker))[1].strip(" ").split(" ")[0]


def main() -> None:
    """Make the tables."""
    build, price_year, target = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    program = Program(build, price_year)
    fct = program.fct_posting(program.postings())
    spent = program.fct_it_spend(fct)
    by_month = spent.groupby(MONTH, dropna=False).cents.agg(["size", "sum"]).reset_index()
    system = ["administration_code", "target_system_id", "target_contract_id", "year"]
    by_system = spent.groupby(system, dropna=False).cents.sum().reset_index()
    undecided = fct.loc[fct.is_it.isna(), [*LINE, "administration_code", "posting_amount", "posting_text"]]
    undecided = undecided.assign(size=undecided.posting_amount.abs()).sort_values(
        ["administration_code", "size", *LINE], ascending=[True, False, True, True, True]
    )
    undecided["place"] = undecided.groupby("administration_code").cumcount() + 1
    target.mkdir()
    for name, table in (("fct_posting", fct), ("fct_it_spend", spent), ("spend_by_month", by_month),
                        ("spend_by_system", by_system), ("undecided", undecided)):  # fmt: skip
        table.to_parquet(target / f"{name}.parquet", index=False)


if __name__ == "__main__":
    main()
