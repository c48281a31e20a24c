"""What is measured: the one table of operations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """An operation that every contender with a function of its name takes part in.

    Attributes:
        what: What it does.
        rounds: How often each contender is asked.
        repeats: How often it is done within one answer.
    """

    what: str
    rounds: int = 9
    repeats: int = 1


OPERATIONS = {
    "key": Operation("a row by key, awaited", repeats=200),
    "key_sync": Operation("a row by key, blocking", repeats=200),
    "all_1k": Operation("1,000 instances of ten fields", repeats=5),
    "all_100k": Operation("100,000 of them", rounds=5),
    "join_1k": Operation("1,000 posts with their authors, in one statement", repeats=5),
    "join_many_1k": Operation("1,000 authors with 5 posts each, in one statement", repeats=3),
    "prefetch_1k": Operation("the same in two statements", repeats=3),
    "nested_1k": Operation("1,000 authors, 5 posts each, 2 comments each, in three statements"),
    "tags_1k": Operation("1,000 posts with 3 of 100 tags each, in two statements", repeats=3),
    "groups_1k": Operation("count, sum and average of 5,000 posts by author", repeats=5),
    "json_1k": Operation("1,000 rows of ten fields as JSON", repeats=5),
    "create_1k": Operation("1,000 rows one by one, in a transaction", rounds=7),
    "save_1k": Operation("1,000 instances changed and saved one by one, in a transaction", rounds=7),
    "bulk_10k": Operation("10,000 rows inserted", rounds=5),
    "bulk_update_10k": Operation("two fields of 10,000 instances assigned and written", rounds=5),
    "conflicts_10k": Operation("10,000 rows inserted or, every second one, updated", rounds=5),
    "upsert_10k": Operation("the same, and for each row what became of it", rounds=5),
    "arrow_1m": Operation("all rows of the large table as an Arrow table", rounds=5),
    "load_1m": Operation("as many rows from an Arrow table into an empty table", rounds=3),
    "stream_1m": Operation("all rows of the large table as instances, one at a time", rounds=3),
}
