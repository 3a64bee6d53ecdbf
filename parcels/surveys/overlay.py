"""What lies on what: which parcels before the survey each one after it came of. Pure geometry and numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from core.text import fold_number
from parcels.surveys.features import Geometries
from parcels.surveys.states import Relation

MOST_OF_IT = 0.1
"""An overlap counts when it is a tenth of the smaller one of two; less is another border between neighbours."""


@dataclass
class Group:
    """Parcels that came of one another: places among the old and the new ones, and who came of whom (old, new)."""

    relation: Relation
    olds: list[int] = field(default_factory=list)
    news: list[int] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)


def identities(olds: Sequence[str], news: Sequence[str]) -> tuple[list[str], list[str]]:
    """What tells parcels by their numbers, on either side: the folded number, so that 02-015 is 2-15.

    Where several of one side fold to the same, as RR and --RR, each goes by its number as it is written.
    """
    twice: set[str] = set()
    for side in (olds, news):
        counted = Counter(fold_number(number) for number in set(side))
        twice |= {key for key, n in counted.items() if n > 1}

    def key_of(number: str) -> str:
        key = fold_number(number)
        return f"={number}" if key in twice else key

    return [key_of(number) for number in olds], [key_of(number) for number in news]


def groups_of(
    olds: Geometries,
    old_keys: list[str],
    news: Geometries,
    new_keys: list[str],
    *,
    by_number: bool,
    by_place: bool = True,
) -> list[Group]:
    """Old (n,) and new (m,) parcels in groups, each new one in exactly one; old ones that nothing lies on in none.

    Keys are folded numbers, empty where there is none. ``by_number``: those of one number belong together wherever
    they lie. ``by_place``: those that lie on one another do.
    """
    links = _links(olds, old_keys, news, new_keys) if by_place else set()
    if by_number:
        place_of = {key: place for place, key in enumerate(old_keys) if key}
        links |= {(place_of[key], new) for new, key in enumerate(new_keys) if key in place_of}
    of_new: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for link in sorted(links):
        of_new[link[1]].append(link)
    groups = []
    for members in _components(links, len(news)):
        group = Group(Relation.NONE, *members)
        group.links = [link for new in group.news for link in of_new[new]]
        group.relation = _relation(group)
        groups.append(group)
    return _parted(groups, old_keys, new_keys)


def _links(
    olds: Geometries, old_keys: list[str], news: Geometries, new_keys: list[str]
) -> set[tuple[int, int]]:
    if not len(olds) or not len(news):
        return set()
    new, old = shapely.STRtree(olds).query(news, predicate="intersects")
    standing_new, standing_old = set(filter(None, new_keys)), set(filter(None, old_keys))
    found, doubtful = set(), []
    for n, o in zip(new.tolist(), old.tolist(), strict=True):
        if old_keys[o] and old_keys[o] == new_keys[n]:
            found.add((o, n))
        # Two parcels that both go on under their numbers only have another border between them.
        elif not (old_keys[o] in standing_new and new_keys[n] in standing_old):
            doubtful.append((o, n))
    return found | _sharing(olds, news, doubtful)


def _sharing(olds: Geometries, news: Geometries, pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those pairs of which one lies on so much of the other that it came of it."""
    if not pairs:
        return set()
    old, new = (np.array(side) for side in zip(*pairs, strict=True))
    shared = shapely.area(shapely.intersection(news[new], olds[old]))
    smaller = np.minimum(shapely.area(news)[new], shapely.area(olds)[old])
    counts = (shared > 0) & (shared >= MOST_OF_IT * smaller)
    return {pair for pair, does in zip(pairs, counts.tolist(), strict=True) if does}


def _components(links: Iterable[tuple[int, int]], news: int) -> list[tuple[list[int], list[int]]]:
    """Connected sets of (olds, news), in the order of the new ones."""
    by_old, by_new = defaultdict(set), defaultdict(set)
    for o, n in links:
        by_old[o].add(n)
        by_new[n].add(o)
    seen: set[int] = set()
    found = []
    for start in range(news):
        if start in seen:
            continue
        olds: set[int] = set()
        members, waiting = {start}, [start]
        while waiting:
            for o in by_new[waiting.pop()] - olds:
                olds.add(o)
                fresh = by_old[o] - members
                members |= fresh
                waiting += fresh
        seen |= members
        found.append((sorted(olds), sorted(members)))
    return found


def _relation(group: Group) -> Relation:
    olds, news = len(group.olds), len(group.news)
    if olds == 0:
        return Relation.NONE
    if olds == 1 and news == 1:
        return Relation.SAME
    if olds == 1:
        return Relation.SPLIT
    return Relation.MERGE if news == 1 else Relation.REDRAWN


def _parted(groups: list[Group], old_keys: list[str], new_keys: list[str]) -> list[Group]:
    """A group in which every parcel goes on under its number is no redrawing but as many corrections."""
    parted = []
    for group in groups:
        pairs = {old_keys[o]: o for o in group.olds}
        keys = [new_keys[n] for n in group.news]
        if group.relation is not Relation.REDRAWN or len(set(keys)) != len(keys) or set(keys) != set(pairs):
            parted.append(group)
            continue
        for n in group.news:
            o = pairs[new_keys[n]]
            parted.append(Group(Relation.SAME, [o], [n], [(o, n)]))
    return parted
