#!/usr/bin/env python3
"""Makes a log of auctions that `calibrate` and `evaluate --auctions` read of iPinYou's files by wnzhang/rtbarbitrage.

Usage: from_ipinyou.py FIRST_DAY TICKS NAME=FILE:FROM:ROWS:DAYS … > log.csv

A file has no header and a row per auction in the order of time: click, market price, predicted click rate, hour. It tells no
days, so ROWS rows from row FROM on are laid out as DAYS days of TICKS ticks, each tick a run of equally many rows. Several
files side by side are one market of several channels. Prices are hundredths of CNY per thousand: --price-unit 1e-5.
"""
import datetime
import gzip
import sys
from itertools import islice


def rows(path, first, count):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    with opened as file:
        for line in islice(file, first, first + count):
            click, price, rate = line.split()[:3]
            yield click, price, rate


def main():
    start = datetime.datetime.fromisoformat(sys.argv[1])
    ticks = int(sys.argv[2])
    print("timestamp,channel,price,click,predicted_rate")
    for argument in sys.argv[3:]:
        name, place = argument.split("=", 1)
        path, first, count, days = place.rsplit(":", 3)
        first, count, days = int(first), int(count), int(days)
        seen = 0
        for place, (click, price, rate) in enumerate(rows(path, first, count)):
            # Ticks are runs of equally many rows, in each of which the rows are spread evenly.
            seconds = (place + 0.5) / count * days * 86_400
            moment = start + datetime.timedelta(seconds=int(seconds))
            print(f"{moment:%Y-%m-%d %H:%M:%S},{name},{price},{click},{rate}")
            seen += 1
        if seen != count:
            sys.exit(f"{path} has {first + seen} rows: {count} from row {first} on are not there")
    if 86_400 % ticks:
        sys.exit(f"{ticks} ticks do not divide a day")


main()
