"""Two hundred subdivisions and merges of a demo city, drawn at random: recognised, nothing torn, and taken back."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.ops import split
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.database import make_engine
from parcels.surveys.states import Kind, State
from tests.conftest import DatabaseMaker
from tests.people import make_person
from tests.surveys import Desk, is_coverage, parcels_now, state_of_city, zip_of

SURVEYS, OF_EACH = 20, 10
Parcels = dict[str, Any]


@pytest.fixture(scope="module")
def demo(make_database: DatabaseMaker) -> Iterator[Session]:
    """A demo city of some hundred parcels; everything in one transaction, which nobody commits."""
    from webmap.demo.load import load

    engine = make_engine(make_database())
    with Session(engine) as session:
        load(session, parcels=1000, seed=11)
        session.flush()
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def desk(demo: Session, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    people = make_person(demo, Role.SURVEYOR), make_person(demo, Role.PLAN_CHECKER)
    return Desk(demo, *people, tmp_path_factory.mktemp("surveys"))


def cut(shape: Any, dice: random.Random) -> list[Any] | None:
    """A parcel in two by a straight line through its middle at any angle; None where that leaves a sliver."""
    middle, angle = shape.centroid, dice.uniform(0, np.pi)
    way = 500 * np.array([np.cos(angle), np.sin(angle)])
    line = shapely.LineString(
        [(middle.x - way[0], middle.y - way[1]), (middle.x + way[0], middle.y + way[1])]
    )
    parts = list(split(shape.geoms[0], line).geoms)
    is_fine = len(parts) == 2 and all(2 * part.area / part.length > 2 for part in parts)
    return parts if is_fine and len(shape.geoms) == 1 else None


def subdivisions(parcels: Parcels, dice: random.Random) -> dict[frozenset[str], list[Any]]:
    """New parcels by the numbers of those they come of."""
    drawn: dict[frozenset[str], list[Any]] = {}
    while len(drawn) < OF_EACH:
        number = dice.choice(list(parcels))
        parts = cut(parcels[number], dice)
        if parts:
            drawn[frozenset({number})] = parts
    return drawn


def merges(parcels: Parcels, dice: random.Random) -> dict[frozenset[str], list[Any]]:
    names, shapes = list(parcels), np.array(list(parcels.values()), dtype=object)
    tree = shapely.STRtree(shapes)
    drawn: dict[frozenset[str], list[Any]] = {}
    taken: set[str] = set()
    while len(drawn) < OF_EACH:
        one = dice.choice(names)
        beside = [names[place] for place in tree.query(parcels[one], predicate="touches")]
        other = dice.choice(beside) if beside else one
        union = shapely.union(parcels[one], parcels[other])
        if one != other and not taken & {one, other} and union.geom_type == "Polygon":
            drawn[frozenset({one, other})] = [union]
            taken |= {one, other}
    return drawn


def test_recognised_whole_and_taken_back(desk: Desk) -> None:
    session, dice = desk.session, random.Random(42)
    assert is_coverage(session), "the demo city is whole to begin with"
    states, done = [state_of_city(session)], []
    for turn in range(SURVEYS):
        draw, kind = (subdivisions, Kind.SUBDIVISION) if turn % 2 == 0 else (merges, Kind.MERGE)
        drawn = draw(parcels_now(session), dice)
        area_before = sum(shape.area for shape in parcels_now(session).values())
        survey = desk.send(kind, zip_of([part for parts in drawn.values() for part in parts]))
        desk.approve(desk.submit(survey))
        done.append(survey)
        states.append(state_of_city(session))
        assert lineage_of(session, survey.id) == {parents: len(parts) for parents, parts in drawn.items()}
        assert is_coverage(session), f"survey {turn}"
        assert sum(shape.area for shape in parcels_now(session).values()) == pytest.approx(
            area_before, abs=0.01
        )
    for survey in reversed(done):
        assert state_of_city(session) == states.pop()
        desk.revert(survey)
        assert survey.state == State.REVERTED
    assert state_of_city(session) == states.pop()


def lineage_of(session: Session, survey_id: int) -> dict[frozenset[str], int]:
    """How many parcels came of which, by their numbers."""
    rows = session.execute(
        text(
            "SELECT l.child_id, array_agg(p.number) AS parents FROM parcel_lineage l"
            " JOIN parcel p ON p.id = l.parent_id WHERE l.survey_id = :id GROUP BY l.child_id"
        ),
        {"id": survey_id},
    )
    counted: dict[frozenset[str], int] = {}
    for row in rows:
        parents = frozenset(row.parents)
        counted[parents] = counted.get(parents, 0) + 1
    return counted
