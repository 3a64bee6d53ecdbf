"""The street dictionary: names that addresses use, with the centrelines that street layers give."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.orm import Session

from core.fields import is_persian
from core.importing import Staging, sql_file
from layers.models import IS_PUBLIC, BaseRole, Feature, Layer
from parcels.addresses import street_key
from parcels.models import Street

_HERE = Path(__file__).parent
_MAP = Table(
    "street_names_staging",
    MetaData(),
    Column("street_id", Integer),
    Column("name_fa", Text),
    Column("name_en", Text),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


class Dictionary:
    """The streets known, found by any spelling of either name."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._by_key: dict[str, int] = {}
        for number, fa, en in session.execute(select(Street.id, Street.name_fa, Street.name_en)):
            self._learn(number, fa, en)

    def _learn(self, number: int, *names: str) -> None:
        for key in filter(None, map(street_key, names)):
            self._by_key.setdefault(key, number)

    def find(self, *names: str) -> int | None:
        """The street that one of these names is of."""
        return next((self._by_key[key] for key in map(street_key, names) if key in self._by_key), None)

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Write down streets (name_fa, name_en) that are not known yet."""
        new: dict[str, tuple[str, str]] = {}
        for fa, en in pairs:
            key = street_key(fa) or street_key(en)
            if key and self.find(fa, en) is None:
                known = new.get(key, ("", ""))
                new[key] = (known[0] or fa, known[1] or en)
        if not new:
            return
        rows = [{"name_fa": fa, "name_en": en} for fa, en in dict.fromkeys(new.values())]
        added = self.session.execute(
            insert(Street).returning(Street.id, Street.name_fa, Street.name_en), rows
        )
        for number, fa, en in added:
            self._learn(number, fa, en)


def ensure_streets(session: Session, names: Iterable[str]) -> dict[str, int]:
    """The street of each of these names as addresses write them; unknown ones are written down."""
    wanted = [name for name in names if street_key(name)]
    dictionary = Dictionary(session)
    dictionary.add((name, "") if is_persian(name) else ("", name) for name in wanted)
    found = {name: dictionary.find(name) for name in wanted}
    return {name: number for name, number in found.items() if number is not None}


def keep_dictionary(_sender: Any, *, session: Session, layer: Layer, was_street: bool, **_more: Any) -> None:
    """After a street layer came in: its names are in the dictionary, with the lines they are written along."""
    if layer.base_role != BaseRole.STREET and not was_street:
        return
    shown = Layer.base_role == BaseRole.STREET.value, IS_PUBLIC
    of_streets = select(Layer.id).where(*shown)
    named = (
        select(Feature.name_fa, Feature.name_en)
        .where(Feature.layer_id.in_(of_streets), Feature.name_folded != "")
        .group_by(Feature.name_fa, Feature.name_en)
        # A feature with both names teaches that they are of one street.
        .order_by((Feature.name_fa == "") | (Feature.name_en == ""), Feature.name_fa, Feature.name_en)
    )
    pairs = [(fa, en) for fa, en in session.execute(named)]
    dictionary = Dictionary(session)
    dictionary.add(pairs)
    staging = Staging(session, _MAP)
    staging.copy((dictionary.find(fa, en), fa, en) for fa, en in pairs if dictionary.find(fa, en))
    staging.close()
    for statement in ("draw_streets.sql", "forget_streets.sql"):
        session.execute(sql_file(_HERE / statement))
    session.expire_all()
