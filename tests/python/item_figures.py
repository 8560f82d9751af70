"""Item figures reckoned apart from the program: from their definitions, in two passes, with exact fractions where they help.

Reads {"candidates": [[{"item", "got", "worth", "taken", "options"}, …], …]} on standard input (marks in hundredths), writes the
figures as JSON. Only the standard library is used.
"""

import json
import sys
from fractions import Fraction
from math import sqrt


def correlation(pairs):
    n = len(pairs)
    if n < 2:
        return None
    mean_x = sum(x for x, _ in pairs) / n
    mean_y = sum(y for _, y in pairs) / n
    xx = sum((x - mean_x) ** 2 for x, _ in pairs)
    yy = sum((y - mean_y) ** 2 for _, y in pairs)
    xy = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    if xx == 0 or yy == 0:
        return None
    return float(xy) / sqrt(float(xx) * float(yy))


def variance(values):
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def alpha(candidates):
    forms = {tuple(sorted((reply["item"], reply["worth"]) for reply in paper)) for paper in candidates}
    if len(forms) != 1 or len(candidates) < 2:
        return None
    items = [item for item, _ in forms.pop()]
    if len(items) < 2:
        return None
    marks = [{reply["item"]: Fraction(reply["got"]) for reply in paper} for paper in candidates]
    total = variance([sum(paper.values()) for paper in marks])
    if total == 0:
        return None
    each = sum(variance([paper[item] for paper in marks]) for item in items)
    k = len(items)
    return float(Fraction(k, k - 1) * (1 - each / total))


def dependability(candidates):
    shares = [[Fraction(reply["got"], reply["worth"]) for reply in paper] for paper in candidates]
    people, items = len(shares), sum(len(paper) for paper in shares)
    if people < 2 or items <= people:
        return None
    grand = sum(sum(paper) for paper in shares) / items
    means = [sum(paper) / len(paper) for paper in shares]
    between = sum(len(paper) * (mean - grand) ** 2 for paper, mean in zip(shares, means)) / (people - 1)
    within = sum((value - mean) ** 2 for paper, mean in zip(shares, means) for value in paper) / (items - people)
    size = (items - Fraction(sum(len(paper) ** 2 for paper in shares), items)) / (people - 1)
    of_people = max((between - within) / size, Fraction(0))
    of_paper = of_people + within / Fraction(items, people)
    return float(of_people / of_paper) if of_paper else None


def figures(candidates):
    items = {}
    for paper in candidates:
        got = sum(reply["got"] for reply in paper)
        worth = sum(reply["worth"] for reply in paper)
        for reply in paper:
            item = items.setdefault(reply["item"], {"own": [], "rest": [], "taken": [], "options": 0})
            own = Fraction(reply["got"], reply["worth"])
            item["own"].append(own)
            item["options"] = max(item["options"], reply["options"])
            item["taken"].append(set(reply["taken"]))
            rest = worth - reply["worth"]
            item["rest"].append(Fraction(got - reply["got"], rest) if rest else None)
    told = {}
    for name, item in items.items():
        known = [index for index, rest in enumerate(item["rest"]) if rest is not None]
        options = []
        for place in range(item["options"]):
            pairs = [(Fraction(int(place in item["taken"][index])), item["rest"][index]) for index in known]
            options.append({"taken": sum(place in taken for taken in item["taken"]), "rest": correlation(pairs)})
        told[name] = {
            "seen": len(item["own"]),
            "correct": float(sum(item["own"]) / len(item["own"])),
            "discrimination": correlation([(item["own"][index], item["rest"][index]) for index in known]),
            "options": options,
        }
    return told


def main():
    candidates = json.load(sys.stdin)["candidates"]
    json.dump(
        {
            "candidates": len(candidates),
            "alpha": alpha(candidates),
            "dependability": dependability(candidates),
            "items": figures(candidates),
        },
        sys.stdout,
    )


main()
