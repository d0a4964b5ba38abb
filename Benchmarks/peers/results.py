"""The page RESULTS.md and its picture, from what `compare.py` measured: by machine, its versions and what was measured."""

import json
import pathlib
import statistics

from comparisons import COMPARISONS

folder = pathlib.Path(__file__).parent
numbers = folder / "results.json"
page = folder.parent / "RESULTS.md"
picture = folder.parent / "growth.svg"


def read():
    if numbers.exists():
        return json.loads(numbers.read_text())
    return {}


def write(machines):
    numbers.write_text(json.dumps(machines, indent=1) + "\n")
    page.write_text(text(machines))
    for _, growth in grown(machines):
        draw(growth)


def grown(machines):
    """The first machine on which growth was measured, if there is one, and that."""
    return [(name, kept["measured"]["growth"]) for name, kept in machines.items() if "growth" in kept["measured"]][:1]


def shown(seconds, unit):
    value = seconds * 1e6 if unit == "µs" else 1e-6 / seconds
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def when(measured):
    """The day, and the machine's load before."""
    return [measured["date"], f"{measured['load']:g}"]


def rows(kept):
    """Work, unit, ours, peer, theirs, ratio, goal, date, load; goals not met are bold."""
    for comparison in COMPARISONS:
        measured = kept["measured"].get(comparison.name)
        if measured is None:
            continue
        ours = statistics.median(measured["ours"])
        for rival in comparison.rivals:
            row = [comparison.work, comparison.unit, shown(ours, comparison.unit)]
            found = measured["rivals"].get(rival.name)
            if found is None:
                reason = measured["missing"].get(rival.name, "not run")
                yield row + [rival.name, f"missing: {reason}", "", f"≥ {rival.goal:g}", *when(measured)]
                continue
            theirs = statistics.median(found["seconds"])
            ratio = theirs / ours
            threads = "" if rival.is_ours else f" ({found['threads']} thread{'s' if found['threads'] > 1 else ''})"
            yield row + [
                rival.name + threads, shown(theirs, comparison.unit), f"{ratio:.3g}×",
                f"≥ {rival.goal:g}×" if ratio >= rival.goal else f"**≥ {rival.goal:g}×, missed**", *when(measured)]


def single_rows(kept):
    """What is measured against a number rather than a peer."""
    if "peak" in kept["measured"]:
        peak = kept["measured"]["peak"]
        share = statistics.median(r["update"] / r["products"] for r in peak["rounds"])
        update, products = (statistics.median(r[key] for r in peak["rounds"]) for key in ("update", "products"))
        yield [
            "useful operations of the update of 1024", "GFLOP/s", f"{update:.3g}", "products of 1024³",
            f"{products:.3g}", f"{share:.0%}", "≥ 80 %" if share >= 0.8 else "**≥ 80 %, missed**", *when(peak)]
    if "memory" in kept["measured"]:
        memory = kept["measured"]["memory"]
        theirs = memory.get("theirs")
        yield [
            "peak memory of training nine-campaigns", "MB", f"{memory['ours']:.0f}", "Stable-Baselines3 on CartPole",
            f"{theirs:.0f}" if theirs else f"missing: {memory['missing']}",
            f"{theirs / memory['ours']:.3g}×" if theirs else "",
            "≥ 1×" if not theirs or theirs >= memory["ours"] else "**≥ 1×, missed**", *when(memory)]


def aligned(header, body):
    widths = [max(len(row[i]) for row in [header, *body]) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *body]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in lines)


def table(kept):
    header = ["work", "unit", "ours", "peer", "theirs", "ratio", "goal", "measured", "load"]
    return aligned(header, [*rows(kept), *single_rows(kept)])


def growth_table(growth):
    for axis, points in growth.items():
        if axis in ("date", "load"):
            continue
        works = [key for key in points[0] if key != "size"]
        body = [
            [f"{point['size']:,}"] + [f"{point[work] * 1e6:,.1f}" for work in works]
            + [f"{point[work] / points[0][work] / (point['size'] / points[0]['size']):.2f}" for work in works]
            for point in points
        ]
        yield aligned([axis] + [f"{work}, µs" for work in works] + [f"{work}, over linear" for work in works], body)


def text(machines):
    parts = [
        "# Speed beside the libraries others use",
        "Written by `Benchmarks/compare-peers`; run it to measure your machine. Ours and theirs were run in turn, "
        "several times over; the numbers are medians, in one run per row. A ratio is theirs over ours in time. Peers run at "
        "the number of threads that suits them best, jitted and warmed up; `Benchmarks/peers` holds their scripts. An update "
        "is sample, double-DQN step, clip, Adam and target network, of the network 64-256-256 and the head named.",
        "Load is the machine's load average of the minute before a row was measured, which counts what the row before it "
        "left. Where it is well above the number of cores, other work ran beside, and the row is an indication only.",
    ]
    for machine, kept in machines.items():
        versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
        parts += [f"## {machine}", f"Versions: {versions}.", table(kept)]
    notes = folder / "profile.md"
    if notes.exists():
        parts.append(notes.read_text().strip())
    for machine, growth in grown(machines):
        parts += [
            "## Growth",
            f"What work costs as one of its sizes grows, all threads of {machine}: steps of 1,024 lanes of the nine "
            "campaigns repeated, updates of 256, steps of all lanes, inserts of 64 rows and samples of 256. \"Over "
            "linear\" is the growth of the cost over the growth of the size: at most 1 is no worse than linear.",
            *growth_table(growth),
            "![Cost over size](growth.svg)",
        ]
    return "\n\n".join(parts) + "\n"


def draw(growth):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "apportion", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot

    axes = [axis for axis in growth if axis not in ("date", "load")]
    figure, plots = pyplot.subplots(1, len(axes), figsize=(3 * len(axes), 2.8), layout="constrained")
    for axis, plot in zip(axes, plots):
        sizes = [point["size"] for point in growth[axis]]
        for work in growth[axis][0]:
            if work == "size":
                continue
            costs = [point[work] * 1e6 for point in growth[axis]]
            line = plot.loglog(sizes, costs, marker="o", label=work)[0]
            linear = [costs[0] * size / sizes[0] for size in sizes]
            plot.loglog(sizes, linear, linestyle=":", color=line.get_color())
        plot.set(xlabel=axis, ylabel="µs" if axis == axes[0] else None)
        plot.legend(frameon=False)
    figure.suptitle("Cost over size; dotted: linear")
    figure.savefig(picture, metadata={"Date": None})
