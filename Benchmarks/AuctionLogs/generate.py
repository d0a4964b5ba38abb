#!/usr/bin/env python3
"""Generates a log of auctions of three channels, whose prices, volumes and click rates wander within and between days.

Usage: generate.py FIRST_DAY DAYS SEED > log.csv

The true click rate of an auction differs from user to user and stands beside it as `click_rate`. The law of prices (log-normal,
with a floor at which a fifth of the auctions go) and the season are none that a market of ours is made of.
"""
import datetime
import math
import random
import sys

TICKS = 48
PERSISTENCE = 0.9
WITHIN = {"price": 0.2, "volume": 0.2, "response": 0.3}
BETWEEN = {"price": 0.2, "volume": 0.3, "response": 0.4}
# By channel: auctions a tick, median price per thousand, its deviation, floor, click rate, conversions a click.
CHANNELS = {
    "search": (40, 90, 0.5, 40, 0.03, 0.15),
    "social": (80, 35, 0.8, 10, 0.012, 0.08),
    "video": (60, 50, 0.6, 25, 0.006, 0.3),
}


def season(channel, tick):
    """A working day for search, an evening for the others."""
    hour = tick / TICKS * 24
    peak, width = (13, 5) if channel == "search" else (20, 4)
    return 0.4 + 1.6 * math.exp(-((hour - peak) / width) ** 2)


def main():
    start = datetime.datetime.fromisoformat(sys.argv[1])
    days, stream = int(sys.argv[2]), random.Random(int(sys.argv[3]))
    innovation = math.sqrt(1 - PERSISTENCE**2)
    print("timestamp,channel,price,click,conversion,click_rate")
    for day in range(days):
        for channel, (volume, median, spread, floor, click_rate, conversion_rate) in CHANNELS.items():
            levels = {name: stream.gauss(0, deviation) for name, deviation in BETWEEN.items()}
            state = {name: stream.gauss(0, deviation) for name, deviation in WITHIN.items()}
            for tick in range(TICKS):
                if tick:
                    for name, deviation in WITHIN.items():
                        state[name] = PERSISTENCE * state[name] + innovation * stream.gauss(0, deviation)
                factor = {name: math.exp(levels[name] + state[name]) for name in state}
                mean = volume * season(channel, tick) * factor["volume"]
                count = max(0, round(stream.gauss(mean, math.sqrt(mean))))
                for second in sorted(stream.randrange(86_400 // TICKS) for _ in range(count)):
                    price = floor if stream.random() < 0.2 else median * math.exp(stream.gauss(0, spread))
                    price = max(floor, price) * factor["price"]
                    rate = min(1, click_rate * factor["response"] * math.exp(stream.gauss(-0.125, 0.5)))
                    click = stream.random() < rate
                    conversion = click and stream.random() < conversion_rate
                    moment = start + datetime.timedelta(days=day, seconds=tick * 86_400 // TICKS + second)
                    print(
                        f"{moment:%Y-%m-%d %H:%M:%S},{channel},{price:.1f},{click:d},{conversion:d},{rate:.6f}")


main()
