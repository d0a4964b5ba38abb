"""Writes emsr_b.json: EMSR-b protection levels of random flights by the package revmng (version 0.2.0).

    python3 -m venv venv && venv/bin/pip install revmng==0.2.0 && venv/bin/python emsr_b.py
"""

import json
import pathlib
import random

import revmng

random.seed(11)
flights = []
for _ in range(200):
    count = random.randint(2, 8)
    fares = sorted((round(random.uniform(40, 1200), 2) for _ in range(count)), reverse=True)
    classes = []
    for fare in fares:
        mean = round(random.uniform(2, 60), 2)
        classes.append((fare, mean, round(random.uniform(0.1, 0.6) * mean, 2)))
    capacity = random.randint(20, 250)
    result = revmng.emsr_b(classes, capacity)
    flights.append({"classes": classes, "capacity": capacity, "levels": list(result.protection_levels)})

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("[\n" + ",\n".join(json.dumps(flight) for flight in flights) + "\n]\n")
