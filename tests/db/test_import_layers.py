"""A layer becomes what its file is: by key, inside the city, with every feature accounted for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import Conflict, Unprocessable
from core.importing import Account
from layers.events import layer_imported
from layers.importing import LayerFile, import_layer
from layers.models import BaseRole, Feature, Layer, SourceRevision
from layers.services import LayerWish
from parcels import streets
from parcels.models import Street
from tests.import_files import Feature as MadeFeature
from tests.import_files import line, opened, point, square

WELLS = LayerWish("wells", "infrastructure")


def well(number: int, x: float, y: float, **more: Any) -> MadeFeature:
    return point(x, y), {"id": number, "name": f"چاه {number}", **more}


class Importer:
    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder

    def __call__(
        self,
        features: Sequence[MadeFeature],
        wish: LayerWish = WELLS,
        allow_outside: bool = False,
        **how: Any,
    ) -> Account:
        with opened(self.folder / "file.geojson", features) as source:
            return import_layer(self.session, source, wish, LayerFile(**how), allow_outside=allow_outside)

    def features(self, slug: str = "wells") -> dict[str, Feature]:
        found = select(Feature).join(Layer, Layer.id == Feature.layer_id).where(Layer.slug == slug)
        return {
            feature.key: feature
            for feature in self.session.scalars(found.execution_options(populate_existing=True))
        }

    def layer(self, slug: str = "wells") -> Layer:
        return self.session.scalars(select(Layer).where(Layer.slug == slug)).one()

    def revision(self, source: str) -> int:
        return (
            self.session.scalar(select(SourceRevision.revision).where(SourceRevision.source == source)) or 0
        )


@pytest.fixture
def importer(city: Session, tmp_path: Path) -> Importer:
    return Importer(city, tmp_path)


def test_a_new_layer(importer: Importer) -> None:
    account = importer([well(1, 0, 0), well(2, 10, 0), well(3, 0, 20)])
    assert (account.read, account.kept, account.lost) == (3, 3, 0)
    assert (account.counts.added, account.counts.changed, account.counts.gone) == (3, 0, 0)
    layer = importer.layer()
    assert (layer.domain, layer.geometry_kind, layer.base_role, layer.name_en) == (
        "infrastructure",
        "point",
        None,
        "Wells",
    )
    assert importer.features()["1"].name_fa == "چاه 1"
    assert importer.features()["1"].properties == {"id": 1, "name": "چاه 1"}
    assert importer.revision("wells") == 1


def test_again_by_key(importer: Importer) -> None:
    importer([well(1, 0, 0), well(2, 10, 0), well(3, 0, 20), well(4, 5, 5)])
    ids = {key: feature.id for key, feature in importer.features().items()}
    account = importer([well(1, 0, 0), well(2, 11, 0), well(3, 0, 20, depth_m=12), well(5, 30, 5)])
    counts = account.counts
    assert (counts.added, counts.changed, counts.unchanged, counts.gone) == (1, 2, 1, 1)
    now = importer.features()
    assert set(now) == {"1", "2", "3", "5"}
    assert {now[key].id for key in "123"} == {ids[key] for key in "123"}
    assert now["3"].properties["depth_m"] == 12
    assert importer.layer().version == 2


def test_half_a_millimetre_is_no_change(importer: Importer) -> None:
    importer([well(1, 0, 0), well(2, 10, 0)])
    assert importer([well(1, 0.0005, 0), well(2, 10.002, 0)]).counts.changed == 1


def test_gone_features_may_be_kept(importer: Importer) -> None:
    importer([well(1, 0, 0), well(2, 10, 0)])
    account = importer([well(1, 0, 0)], keep_gone=True)
    assert account.counts.gone == 1
    assert set(importer.features()) == {"1", "2"}


def test_inside_outside_edge(importer: Importer) -> None:
    # The small city reaches from -500 to 500 m.
    features = [well(1, 0, 0), well(2, 500, 0), well(3, 500.01, 0), well(4, 9000, 0)]
    account = importer(features)
    assert set(importer.features()) == {"1", "2"}
    assert (account.read, account.kept, account.lost) == (4, 2, 2)
    assert any("FID 2" in sentence and "FID 3" in sentence for sentence in account.refused.lines())
    account = importer(features, allow_outside=True)
    assert set(importer.features()) == {"1", "2", "3", "4"}
    assert account.lost == 0
    assert "2 ×" in account.notes.lines()[0]


def test_partly_outside_comes_in_with_a_note(importer: Importer) -> None:
    account = importer([(line((490, 0), (510, 0)), {"id": 1}), (line((0, 0), (10, 0)), {"id": 2})])
    assert account.kept == 2
    assert "FID 0" in account.notes.lines()[0]


def test_all_outside_is_bad_input(importer: Importer) -> None:
    with pytest.raises(Unprocessable, match="outside"):
        importer([well(1, 9000, 0)])


def test_without_a_boundary_nothing_is_outside(importer: Importer) -> None:
    importer.session.execute(text("UPDATE city SET boundary = NULL"))
    importer.session.expire_all()
    account = importer([well(1, 90_000, 0)])
    assert account.kept == 1
    assert any("no boundary" in choice for choice in account.choices)


def test_without_a_city(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="city init"):
        Importer(session, tmp_path)([well(1, 0, 0)])


def test_lost_features_are_named(importer: Importer) -> None:
    account = importer([well(1, 0, 0), (None, {"id": 2}), well(3, 1, 1)])
    assert (account.read, account.kept, account.lost) == (3, 2, 1)
    assert any("FID 1" in line for line in account.report.lines())


def test_no_column_tells_apart(importer: Importer) -> None:
    twins = [(point(1, 1), {"use": "a"}), (point(1, 1), {"use": "b"}), (point(2, 2), {"use": "a"})]
    importer(twins)
    assert len(importer.features()) == 3
    assert importer(twins).counts.unchanged == 3
    counts = importer([*twins[:2], (point(3, 3), {"use": "a"})]).counts
    assert (counts.added, counts.unchanged, counts.gone) == (1, 2, 1)


def test_a_chosen_key_must_tell_apart(importer: Importer) -> None:
    with pytest.raises(Unprocessable, match="--id-field"):
        importer([well(1, 0, 0, kind="a"), well(2, 1, 1, kind="a")], id_field="kind")


def test_mixed_geometry_is_asked_about(importer: Importer) -> None:
    features = [well(1, 0, 0), (square(0, 0), {"id": 2}), (square(50, 0), {"id": 3})]
    with pytest.raises(Unprocessable, match=r"point \(1\), polygon \(2\).*--geometry"):
        importer(features)
    account = importer(features, geometry="polygon")
    assert (account.kept, account.lost) == (2, 1)
    assert importer.layer().geometry_kind == "polygon"


@pytest.mark.parametrize(
    ("wish", "problems"),
    [
        (LayerWish("Wells!", "infrastructure"), 1),
        (LayerWish("parcels", "infrastructure"), 1),
        (LayerWish("base", "infrastructure"), 1),
        (LayerWish("", "nothing", base_role="sky"), 3),
    ],
)
def test_what_a_layer_cannot_be(importer: Importer, wish: LayerWish, problems: int) -> None:
    with pytest.raises(Unprocessable) as refusal:
        importer([well(1, 0, 0)], wish)
    assert len(refusal.value.message.splitlines()) == problems


@pytest.mark.parametrize("domain", ["traffic", "housing", "land_use", "recreation", "culture", "economy"])
def test_every_domain(importer: Importer, domain: str) -> None:
    importer([well(1, 0, 0)], LayerWish("things", domain))
    assert importer.layer("things").domain == domain


def covers(session: Session, slug: str, x: float, y: float) -> bool:
    spot = func.ST_GeomFromText(f"POINT({540_000 + x} {3_900_000 + y})", 32639)
    return bool(session.scalar(select(func.ST_Covers(Layer.coverage, spot)).where(Layer.slug == slug)))


def test_coverage_is_the_hull_or_the_city(importer: Importer) -> None:
    corners = [well(1, 0, 0), well(2, 100, 0), well(3, 0, 100)]
    importer(corners)
    assert covers(importer.session, "wells", 20, 20)
    assert covers(importer.session, "wells", 0, 100)
    assert not covers(importer.session, "wells", 90, 90)
    importer(corners, covers_city=True)
    assert covers(importer.session, "wells", -499, 499)


def test_a_single_point_covers_its_surroundings(importer: Importer) -> None:
    importer([well(1, 0, 0)])
    assert covers(importer.session, "wells", 70, 0)
    assert not covers(importer.session, "wells", 140, 0)


def test_options_given_once_stay(importer: Importer) -> None:
    importer([well(1, 0, 0)], LayerWish("wells", "infrastructure", "چاه‌ها", "Wells", source="Water board"))
    importer([well(1, 0, 0)])
    layer = importer.layer()
    assert (layer.name_fa, layer.source) == ("چاه‌ها", "Water board")


def test_either_yeh_finds_a_name(importer: Importer) -> None:
    importer([(point(0, 0), {"name": "شهيدغيوري"}), (point(1, 0), {"name": "كوي دانشگاه"})])
    stored = select(Feature.name_fa).where(Feature.name_folded == func.fold_text("شهیدغیوری"))
    assert importer.session.scalars(stored).all() == ["شهيدغيوري"]


def test_a_street_layer_teaches_the_dictionary(importer: Importer) -> None:
    session = importer.session
    layer_imported.connect(streets.keep_dictionary)
    roads: list[MadeFeature] = [
        (line((0, 0), (10, 0)), {"id": 1, "name": "Elm St", "highway": "primary"}),
        (line((10, 0), (30, 0)), {"id": 2, "name": "Elm St", "highway": "primary"}),
        (line((0, 5), (0, 50)), {"id": 3, "name": "خیابان تازه", "highway": "residential"}),
        (line((0, 5), (9, 9)), {"id": 4, "name": None, "highway": "alley"}),
    ]
    wish = LayerWish("roads", "traffic")
    importer(roads, wish)
    assert importer.layer("roads").base_role == BaseRole.STREET
    assert importer.revision("base") == 1
    length = select(func.ST_Length(Street.geom)).where(Street.name_en == "Elm St")
    assert session.scalar(length) == pytest.approx(30)
    assert {feature.kind for feature in importer.features("roads").values()} == {"arterial", "local", "alley"}
    importer(roads[2:], wish)
    left = {street.name_fa or street.name_en: street.geom for street in session.scalars(select(Street))}
    assert "Elm St" not in left
    assert left["خیابان تازه"] is not None
    # A parcel of the small city lies on it, so its name stays although only the other street layer draws it.
    assert "کوچهٔ لاله" in left


def test_base_none_makes_an_overlay(importer: Importer) -> None:
    importer([(line((0, 0), (10, 0)), {"id": 1})], LayerWish("roads", "traffic", is_plain=True))
    assert importer.layer("roads").base_role is None


@pytest.mark.parametrize(
    ("shape", "role", "expected"),
    [
        (line((0, 0), (40, 0)), None, "network"),
        (square(0, 0), None, "facility"),
        (point(10, 10), None, "facility"),
        (square(0, 0), "overlay", "overlay"),
        (line((0, 0), (40, 0)), "facility", "facility"),
    ],
)
def test_what_a_layer_is_for_a_place(
    importer: Importer, shape: dict[str, Any], role: str | None, expected: str
) -> None:
    importer([(shape, {"id": 1})], LayerWish("things", "infrastructure", place_role=role))
    assert importer.layer("things").place_role == expected
    assert importer.layer("things").visibility == "public"
    importer([(shape, {"id": 1})], LayerWish("things", "infrastructure", visibility="staff"))
    assert importer.layer("things").place_role == expected, "what was said stays said"
    importer([(shape, {"id": 1})], LayerWish("things", "infrastructure"))
    assert importer.layer("things").visibility == "staff"
