"""Kinds of permits: read by anybody, changed by an administrator in numbered versions, nothing typed lost."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person
from accounts.permissions import Role
from core.audit import COMMAND, write_pending
from core.clocks import DayUnit
from core.errors import AppError, Conflict, Unprocessable
from core.i18n import LANGUAGES, speaking
from permits.states import State
from permits.types import forms, services, words
from permits.types.schemas import from_json, to_json
from permits.types.settings import Days, Fee, Period, TypeSettings, reckon_fee
from tests.people import make_person, post, sign_in

CODES = (
    "new_building", "extension", "change_of_use", "demolition", "subdivision", "fence", "sign", "pavement",
)  # fmt: skip


@pytest.fixture
def admin(session: Session, city: Session) -> Person:
    return make_person(session, Role.ADMINISTRATOR)


@pytest.fixture
def desk(client: FlaskClient, admin: Person) -> FlaskClient:
    client.set_cookie("lang", "en")
    return sign_in(client, admin)


def fields_now(session: Session, code: str = "new_building") -> dict[str, str]:
    """The form as a browser would send it back untouched."""
    now = services.get_type(session, code)
    return {**forms.fields_of(now), "version": str(now.version), "reason": "council's tariff of 1405"}


def save(desk: FlaskClient, fields: Mapping[str, str], code: str = "new_building") -> TestResponse:
    sent: dict[str, Any] = dict(fields)
    return post(desk, f"/permits/types/{code}/change", **sent)


class TestDefaults:
    def test_a_city_begins_with_every_kind_in_both_languages(self, session: Session) -> None:
        offered = services.list_types(session)
        assert tuple(each.code for each in offered) == CODES
        for each in offered:
            named = (*each.documents, *each.checks, *each.inspections, *each.conditions)
            for fa, en in (
                (each.fa, each.en),
                (each.about_fa, each.about_en),
                *((n.fa, n.en) for n in named),
            ):
                assert re.search("[آ-ی]", fa), each.code
                assert re.search("[A-Za-z]", en), each.code
                assert not re.search("[آ-ی]", en), each.code
            assert each.checks
            assert each.documents
            assert set(each.periods) == set(Period)
        assert services.get_type(session, "subdivision").needs_survey

    def test_settings_read_back_as_they_were_written(self, session: Session) -> None:
        for each in services.list_types(session):
            assert from_json(each.code, each.version, to_json(each)) == each


class TestFees:
    FEE = Fee(base=5_000_000, per_m2={"": 120_000, "commercial": 350_000}, minimum=10_000_000)

    @pytest.mark.parametrize(
        ("area", "use", "amounts"),
        [
            (240, "residential", [5_000_000, 28_800_000]),
            (240, "commercial", [5_000_000, 84_000_000]),
            (10.005, "residential", [5_000_000, 1_201_200, 3_798_800]),  # 10.01 m²
            (33.335, None, [5_000_000, 4_000_800, 999_200]),
            (None, "residential", [5_000_000, 5_000_000]),
        ],
    )
    def test_a_fee_is_reckoned_line_by_line(
        self, area: float | None, use: str | None, amounts: list[int]
    ) -> None:
        lines = reckon_fee(self.FEE, area, use)
        assert [line.amount for line in lines] == amounts
        assert words.total_of(lines) == sum(amounts)

    def test_each_line_is_explained_in_both_languages(self) -> None:
        lines = reckon_fee(self.FEE, 240, "residential")
        with speaking("fa"):
            assert words.fee_line_told(lines[1]) == "۲۴۰ متر مربع × ۱۲۰٬۰۰۰ ریال"
            assert words.rials(words.total_of(lines)) == "۳۳٬۸۰۰٬۰۰۰ ریال"
        with speaking("en"):
            assert words.fee_line_told(lines[1]) == "240 m² × 120,000 rials"
            told = [words.fee_line_told(line) for line in reckon_fee(self.FEE, 1, "residential")]
            assert told == ["Base", "1 m² × 120,000 rials", "What is missing to the least fee"]


class TestVersions:
    def test_a_case_keeps_the_version_it_was_opened_under(self, session: Session) -> None:
        before = services.get_type(session, "sign")
        changed = from_json("sign", 1, {**to_json(before), "en": "Signboard"})
        after = services.change_type(session, COMMAND, "sign", 1, changed, "a better name")
        assert (after.version, after.en) == (2, "Signboard")
        assert services.get_settings(session, "sign", 1) == before
        assert services.get_type(session, "sign") == after
        write_pending(session)
        act = (
            session.execute(text("SELECT * FROM audit WHERE action = 'permit_type.change'")).mappings().one()
        )
        assert (act["subject"], act["reason"]) == ("permit_type:sign", "a better name")
        assert (act["before"], act["after"]) == ({"en": "Sign"}, {"en": "Signboard", "version": 2})

    def test_versions_are_only_ever_added_to(self, session: Session) -> None:
        for sql in (
            "UPDATE permit_type_version SET reason = 'x'",
            "DELETE FROM permit_type_version WHERE code = 'sign'",
        ):
            with pytest.raises(DBAPIError, match="only ever added to"), session.begin_nested():
                session.execute(text(sql))

    def test_what_is_stale_empty_or_unexplained_is_refused(self, session: Session) -> None:
        now = services.get_type(session, "sign")
        changed = from_json("sign", 1, {**to_json(now), "en": "Signboard"})
        with pytest.raises(Unprocessable, match="why"):
            services.change_type(session, COMMAND, "sign", 1, changed, "  ")
        with pytest.raises(Unprocessable, match="Nothing"):
            services.change_type(session, COMMAND, "sign", 1, now, "for fun")
        services.change_type(session, COMMAND, "sign", 1, changed, "first")
        with pytest.raises(Conflict):
            services.change_type(session, COMMAND, "sign", 1, changed, "second")
        assert len(services.list_versions(session, "sign")) == 2

    @pytest.mark.parametrize("code", LANGUAGES)
    def test_what_a_version_changed_is_told(self, session: Session, code: str) -> None:
        old = services.get_type(session, "new_building")
        given = to_json(old)
        given |= {
            "fa": "ساخت بنا",
            "en": "Building",
            "about_fa": "شرح",
            "about_en": "About",
            "silence": "granted",
        }
        given["periods"]["decision"] = {"days": 20, "unit": "calendar"}
        given["fee"] = {"base": 1, "minimum": 2, "per_m2": {"": 3, "commercial": 350_000, "industrial": 4}}
        given["documents"] = [
            *given["documents"][2:],
            {"code": "energy", "fa": "گزارش انرژی", "en": "Energy report"},
        ]
        given["checks"].reverse()
        given |= {
            "neighbours_within_m": 0,
            "is_publicity_required": False,
            "has_building": False,
            "needs_survey": True,
        }
        with speaking(code):
            told = words.changes_between(old, from_json("new_building", 2, given))
            assert words.changes_between(old, old) == []
        assert len(told) == len(set(told)) == 19
        for each in told:
            assert each.before != each.after
            if code == "fa":
                assert re.search("[آ-ی]", each.what)
                assert not re.search("[0-9]", each.before + each.after)


BAD: list[tuple[dict[str, str], str, int]] = [
    ({"fa": " "}, "fa", 422),
    ({"en": "x" * 201}, "en", 400),
    ({"about_fa": "x" * 1001}, "about_fa", 400),
    ({"periods.check.days": "soon"}, "periods.check", 400),
    ({"periods.check.days": "0"}, "periods.check", 422),
    ({"periods.check.days": "9999"}, "periods.check", 422),
    ({"periods.check.unit": "weeks"}, "periods.check", 422),
    ({"fee.base": "-1"}, "fee.base", 400),
    ({"fee.minimum": "9" * 16}, "fee.minimum", 422),
    ({"fee.per_m2.0.rials": "1.5"}, "fee.per_m2.0.rials", 400),
    ({"fee.per_m2.0.use": "castle"}, "fee.per_m2.0.use", 400),
    ({"fee.per_m2.7.use": "commercial", "fee.per_m2.7.rials": "5"}, "fee.per_m2", 400),
    ({"documents.0.en": ""}, "documents.0", 400),
    ({"documents.0.code": "No Code!"}, "documents.0", 400),
    ({"documents.1.code": "deed"}, "documents", 422),
    ({f"checks.{n}.{lang}": "x" for n in range(10, 80) for lang in ("fa", "en")}, "checks", 400),
    ({"neighbours_within_m": "far"}, "neighbours_within_m", 400),
    ({"neighbours_within_m": "5000.5"}, "neighbours_within_m", 400),
    ({"silence": "completed"}, "silence", 422),
    ({"silence": "shout"}, "silence", 422),
    ({"reason": ""}, "reason", 422),
    ({"reason": "x" * 501}, "reason", 400),
]


class TestForm:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_form_sent_back_untouched_says_the_same(self, session: Session, language: str) -> None:
        for each in services.list_types(session):
            with speaking(language):
                assert from_json(each.code, each.version, forms.read_form(forms.fields_of(each))) == each

    def test_a_change_is_a_new_version_for_what_comes(
        self, desk: FlaskClient, session: Session, admin: Person
    ) -> None:
        fields = fields_now(session)
        fields |= {
            "periods.decision.days": "۲۵", "periods.decision.unit": "calendar", "fee.base": "۶٬۰۰۰٬۰۰۰",
            "fee.per_m2.0.rials": "", "fee.per_m2.5.use": "industrial", "fee.per_m2.5.rials": "90,000",
            "documents.0.fa": "", "documents.0.en": "",
            "documents.9.fa": "گزارش انرژی", "documents.9.en": "Energy report",
            "neighbours_within_m": "۳۲٫۵", "silence": "granted",
        }  # fmt: skip
        del fields["is_publicity_required"]
        before = services.get_type(session, "new_building")
        assert save(desk, fields).status_code == 303
        session.expire_all()
        now = services.get_type(session, "new_building")
        assert now.version == before.version + 1
        assert now.periods[Period.DECISION] == Days(25, DayUnit.CALENDAR)
        assert now.fee.base == 6_000_000
        removed = next(use for use in before.fee.per_m2 if use)
        assert removed not in now.fee.per_m2
        assert now.fee.per_m2["industrial"] == 90_000
        assert [each.code for each in now.documents] == [
            *(each.code for each in before.documents[1:]),
            "energy_report",
        ]
        assert (now.neighbours_within_m, now.silence, now.is_publicity_required) == (
            32.5,
            State.GRANTED,
            False,
        )
        page = desk.get("/permits/types/new_building").text
        assert "council&#39;s tariff of 1405" in page
        assert admin.email in page.partition('id="type-versions"')[2]
        assert "Energy report" in page

    @pytest.mark.parametrize(("typed", "field", "status"), BAD)
    def test_what_cannot_be_comes_back_with_what_was_typed(
        self, desk: FlaskClient, session: Session, typed: dict[str, str], field: str, status: int
    ) -> None:
        fields = {**fields_now(session), "about_en": "Typed with care", **typed}
        answer = save(desk, fields)
        assert answer.status_code == status
        assert "Typed with care" in answer.text
        assert f'href="#field-{field}"' in answer.text
        assert f'id="field-{field}"' in answer.text, "the link leads somewhere"
        assert 'id="problem"' in answer.text, "and the reason stands beside the field"
        assert len(services.list_versions(session, "new_building")) == 1

    def test_somebody_elses_change_is_shown_and_nothing_typed_lost(
        self, desk: FlaskClient, session: Session
    ) -> None:
        fields = {**fields_now(session), "about_en": "Typed with care"}
        now = services.get_type(session, "new_building")
        other = from_json("new_building", 1, {**to_json(now), "en": "Their name"})
        services.change_type(session, COMMAND, "new_building", 1, other, "theirs")
        stale = save(desk, fields)
        assert stale.status_code == 409
        assert "Typed with care" in stale.text
        assert "Their name" in stale.text
        assert 'name="version" value="2"' in stale.text
        assert save(desk, {**fields, "en": "Their name", "version": "2"}).status_code == 303

    def test_only_whom_may_sees_and_sends_it(
        self, client: FlaskClient, session: Session, city: Session
    ) -> None:
        client.set_cookie("lang", "en")
        officer = sign_in(client, make_person(session, Role.OFFICER))
        assert officer.get("/permits/types/sign/change").status_code == 403
        assert save(officer, fields_now(session, "sign"), "sign").status_code == 403
        page = officer.get("/permits/types/sign").text
        assert "Change it" not in page
        assert "type-versions" not in page


class TestPages:
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_anybody_reads_what_each_kind_asks_for(
        self, client: FlaskClient, city: Session, lang: str
    ) -> None:
        client.set_cookie("lang", lang)
        listed = client.get("/permits/types").text
        for each in services.list_types(city):
            assert f"/permits/types/{each.code}" in listed
            page = client.get(f"/permits/types/{each.code}").text
            shown = [each.fa if lang == "fa" else each.en]
            shown += [
                named.fa if lang == "fa" else named.en for named in (*each.documents, *each.inspections)
            ]
            for word in shown:
                assert word.replace("'", "&#39;") in page, (each.code, word)

    def test_a_fee_is_worked_out_on_the_page(self, client: FlaskClient, city: Session) -> None:
        client.set_cookie("lang", "fa")
        page = client.get("/permits/types/new_building?area=۲۴۰&use=residential").text
        assert "۲۴۰ متر مربع × ۱۲۰٬۰۰۰ ریال" in page
        assert "۳۳٬۸۰۰٬۰۰۰ ریال" in page
        client.set_cookie("lang", "en")
        for query, words_told in (
            ("area=-3&use=residential", "above 0"),
            ("area=3&use=castle", "no such use"),
        ):
            answer = client.get(f"/permits/types/new_building?{query}")
            assert answer.status_code == 200
            assert words_told in answer.text

    def test_an_old_version_is_read_as_it_was(self, client: FlaskClient, city: Session) -> None:
        now = services.get_type(city, "fence")
        changed = from_json("fence", 1, {**to_json(now), "en": "Wall"})
        services.change_type(city, COMMAND, "fence", 1, changed, "shorter")
        client.set_cookie("lang", "en")
        old = client.get("/permits/types/fence?version=1").text
        assert "Fence or wall" in old
        assert "no longer in force" in old
        assert "no longer in force" not in client.get("/permits/types/fence").text

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/permits/types/castle", 404),
            ("/permits/types/fence?version=99", 404),
            ("/permits/types/fence?version=x", 400),
            ("/permits/types/%00", 404),
        ],
    )
    def test_what_there_is_not(self, client: FlaskClient, city: Session, address: str, status: int) -> None:
        assert client.get(address).status_code == status

    def test_a_kind_that_is_not_offered_is_the_administrators_only(
        self, desk: FlaskClient, session: Session
    ) -> None:
        stopped = post(desk, "/permits/types/sign/offer", is_offered="", reason="a new by-law is awaited")
        assert stopped.status_code == 303
        assert "Not offered" in desk.get("/permits/types").text
        assert "Open cases go on" in desk.get("/permits/types/sign").text
        visitor = desk.application.test_client()
        assert visitor.get("/permits/types/sign").status_code == 404
        assert "/permits/types/sign" not in visitor.get("/permits/types").text
        assert post(desk, "/permits/types/sign/offer", is_offered="", reason="again").status_code == 409
        assert post(desk, "/permits/types/sign/offer", is_offered="yes", reason=" ").status_code == 422
        assert post(desk, "/permits/types/castle/offer", is_offered="yes", reason="x").status_code == 404
        assert (
            post(desk, "/permits/types/sign/offer", is_offered="yes", reason="it is here").status_code == 303
        )
        assert visitor.get("/permits/types/sign").status_code == 200
        write_pending(session)
        acts = session.execute(
            text("SELECT reason FROM audit WHERE action = 'permit_type.offer' ORDER BY id")
        )
        assert list(acts.scalars()) == ["a new by-law is awaited", "it is here"]


def test_settings_name_the_field_that_cannot_be(session: Session) -> None:
    good = to_json(services.get_type(session, "sign"))
    for field, given in (
        ("fa", {**good, "fa": ""}),
        ("periods.answer", {**good, "periods": {k: v for k, v in good["periods"].items() if k != "answer"}}),
        ("fee.per_m2", {**good, "fee": {"per_m2": {"commercial": "dear"}}}),
        ("checks", {**good, "checks": [{"code": "x"}]}),
        ("neighbours_within_m", {**good, "neighbours_within_m": -1}),
        ("silence", {**good, "silence": "draft"}),
    ):
        with pytest.raises(AppError) as refused:
            from_json("sign", 1, given)
        assert refused.value.field == field


def test_type_settings_cannot_be_changed_in_place(session: Session) -> None:
    settings: TypeSettings = services.get_type(session, "sign")
    with pytest.raises(AttributeError):
        settings.fa = "x"  # type: ignore[misc]
