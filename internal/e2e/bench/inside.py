"""Asks a program's library inside this process, and tells how long it took.

The input is one JSON object: program, path, rounds, order (relevance or newest),
exact (whether totals have to be exact), questions. The output is a JSON list with,
for each question, the total and the microseconds of each round; null where it
cannot be asked. Each time is that of one top 20 with its total.
"""
import json
import sys
import time


def sqlite(job):
    import sqlite3
    db = sqlite3.connect(job["path"])
    order = "m.rowid DESC" if job["order"] == "newest" else "rank"
    within = (" AND m.rowid BETWEEN (SELECT ifnull(min(id), 0) FROM dates WHERE at >= ?)"
              " AND (SELECT ifnull(max(id), 0) FROM dates WHERE at < ?)")

    def ask(q):
        where = "m MATCH ?"
        values = [q["match"]]
        if q["before"]:
            where += within
            values += [q["after"], q["before"]]
        db.execute(f"SELECT rowid FROM m WHERE {where} ORDER BY {order} LIMIT 20", values).fetchall()
        return db.execute(f"SELECT count(*) FROM m WHERE {where}", values).fetchone()[0]

    return ask


def xapian(job):
    import xapian
    db = xapian.Database(job["path"])
    date = 0  # notmuch's slot of the time
    parser = xapian.QueryParser()
    parser.set_database(db)
    parser.set_default_op(xapian.Query.OP_AND)
    parser.set_stemmer(xapian.Stem("english"))
    parser.set_stemming_strategy(xapian.QueryParser.STEM_SOME)
    for field in ("", "XFROM", "XTO", "XSUBJECT", "XATTACHMENT", "XMIMETYPE"):
        parser.add_prefix("", field)  # as notmuch has plain words mean
    parser.add_prefix("from", "XFROM")
    parser.add_boolean_prefix("path", "P")
    flags = parser.FLAG_PHRASE | parser.FLAG_WILDCARD
    enquire = xapian.Enquire(db)
    if job["order"] == "newest":
        enquire.set_weighting_scheme(xapian.BoolWeight())
        enquire.set_sort_by_value(date, True)
    least = db.get_doccount() if job["exact"] else 0

    def ask(q):
        query = parser.parse_query(q["words"], flags)
        if q["before"]:
            query = xapian.Query(xapian.Query.OP_FILTER, query, xapian.Query(
                xapian.Query.OP_VALUE_RANGE, date, xapian.sortable_serialise(q["after"]),
                xapian.sortable_serialise(q["before"] - 1)))
        enquire.set_query(query)
        found = enquire.get_mset(0, 20, least)
        for hit in found:
            hit.docid
        return found.get_matches_estimated()

    return ask


def notmuch(job):
    import notmuch2
    db = notmuch2.Database(job["path"], config=job["config"])

    def ask(q):
        n = 0
        for message in db.messages(q["notmuch"], sort=db.SORT.NEWEST_FIRST):
            n += 1
            if n == 20:
                break
        return db.count_messages(q["notmuch"])

    return ask


def main():
    job = json.load(sys.stdin)
    ask = {"sqlite": sqlite, "xapian": xapian, "notmuch": notmuch}[job["program"]](job)
    answers = [None if q is None else {"total": ask(q), "us": []} for q in job["questions"]]
    for _ in range(job["rounds"]):
        for q, a in zip(job["questions"], answers):
            if q is None:
                continue
            start = time.perf_counter_ns()
            ask(q)
            a["us"].append((time.perf_counter_ns() - start) / 1000)
    json.dump(answers, sys.stdout)


main()
