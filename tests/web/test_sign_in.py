"""Getting an account, getting in, staying in, getting out; and nobody else getting in."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person
from accounts.permissions import Role
from accounts.queries import find_person
from core.settings import Settings
from tests.people import PASSWORD, code_of, letters, link_in, make_person, post_form, set_password, sign_in

EN = {"Accept-Language": "en"}


@pytest.fixture
def citizen(app: Flask, session: Session) -> Person:
    """Maryam, confirmed, with a password."""
    with app.app_context():
        return set_password(session, make_person(session, email="maryam@example.org"))


@pytest.fixture
def officer(app: Flask, session: Session) -> Person:
    """Somebody of the staff, with a password and no second factor yet."""
    with app.app_context():
        return set_password(session, make_person(session, Role.OFFICER, email="officer@example.org"))


def enter(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return post_form(client, "/account/login", email=email, password=password, **more)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_register_confirm_and_sign_in(client: FlaskClient, session: Session) -> None:
    answer = post_form(client, "/account/register", email="Maryam@Example.org", password=PASSWORD)
    assert answer.status_code == 302
    assert answer.location == "/account/registered"
    assert client.get(answer.location).status_code == 200
    enter(client, "maryam@example.org")
    assert not is_in(client), "not before the address is confirmed"
    [letter] = letters(session)
    assert letter["to"] == "Maryam@example.org"
    assert client.get(link_in(letter)).location == "/account/login"
    assert "تأیید شد" in client.get("/account/login").text
    assert enter(client, "maryam@example.org").location == "/account"
    page = client.get("/account").text
    assert "Maryam@example.org" in page
    assert "شهروند" in page


def test_a_letter_speaks_its_readers_language(client: FlaskClient, session: Session, citizen: Person) -> None:
    citizen.language = "fa"
    post_form(client, "/account/reset?lang=en", "/account/reset?lang=en", email=citizen.email)
    [letter] = letters(session)
    assert letter["subject"] == "تعیین گذرواژهٔ جدید"
    assert 'lang="fa" dir="rtl"' in letter["html"]
    assert link_in(letter) in letter["html"].replace("&amp;", "&")
    assert "۳ ساعت" in letter["text"]


def test_recovery_signs_out_everywhere_and_its_link_works_once(
    app: Flask, client: FlaskClient, session: Session, citizen: Person
) -> None:
    other = app.test_client()
    enter(other, citizen.email)
    assert is_in(other)
    post_form(client, "/account/reset", email=citizen.email)
    link = link_in(letters(session)[-1])
    assert post_form(client, link, password="another four words").location == "/account/login"
    assert not is_in(other)
    assert enter(client, citizen.email).status_code == 200
    assert enter(client, citizen.email, "another four words").location == "/account"
    again = app.test_client().get(link)
    assert again.location == "/account/reset"
    assert letters(session)[-1]["subject"] == "گذرواژهٔ شما از نو تعیین شد"


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("page", ["/account/reset", "/account/confirm", "/account/register"])
def test_known_and_unknown_addresses_are_answered_alike(
    app: Flask, session: Session, citizen: Person, client: FlaskClient, page: str, lang: str
) -> None:
    def ask(email: str) -> tuple[int, str | None, str]:
        visitor = app.test_client()
        more = {"password": PASSWORD} if page.endswith("register") else {}
        answer = post_form(visitor, f"{page}?lang={lang}", f"{page}?lang={lang}", email=email, **more)
        told = visitor.get(answer.location) if answer.location else answer
        shown = re.sub(r'value="[^"]{40,}"|nonce="[^"]+"', "", told.text).replace(email, "…")
        return answer.status_code, answer.location, shown

    assert ask("maryam@example.org") == ask("nobody@example.org")


def test_sign_in_does_not_tell_what_was_wrong(
    client: FlaskClient, session: Session, citizen: Person, app: Flask
) -> None:
    with app.app_context():
        closed = set_password(session, make_person(session, email="closed@example.org"))
    closed.active = False
    session.flush()
    shown = set()
    for email, password in (
        (citizen.email, "not the password"),
        ("nobody@example.org", PASSWORD),
        ("closed@example.org", PASSWORD),
    ):
        answer = enter(client, email, password)
        assert answer.status_code == 200
        assert email in answer.text, "what was typed is kept"
        assert "not the password" not in answer.text
        shown.update(re.findall(r"<li>(.*?)</li>", answer.text))
    assert shown == {"نشانی رایانامه یا گذرواژه درست نیست."}


def test_a_session_begun_by_somebody_else_gives_nothing_on(client: FlaskClient, citizen: Person) -> None:
    planted = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/account/login").text)[0]
    with client.session_transaction() as held:
        held["planted"] = "word"
        before = held["csrf_token"]
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.post("/account/login", data={"csrf_token": planted, "email": citizen.email, "password": PASSWORD})
    with client.session_transaction() as held:
        assert "planted" not in held
        assert held.get("csrf_token") != before
    refused = client.post("/account/sign-out-everywhere", data={"csrf_token": planted})
    assert refused.status_code == 400
    assert is_in(client)
    client.set_cookie("session", cookie.value)
    assert not is_in(client), "the cookie of before the sign-in is nobody's still"


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "http://localhost@evil.example/",
    ],
)
@pytest.mark.parametrize("by", ["query", "field"])
def test_nobody_is_sent_elsewhere(client: FlaskClient, citizen: Person, onward: str, by: str) -> None:
    fields = {"next": onward} if by == "field" else {}
    page = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/account/login").text)[0]
    answer = client.post(
        "/account/login",
        query_string={"next": onward} if by == "query" else {},
        data={"csrf_token": page, "email": citizen.email, "password": PASSWORD, **fields},
    )
    where = answer.location or "/"
    # A browser takes backslashes for slashes and drops blanks before it looks for a host.
    assert re.fullmatch(r"/(?![/\\]).*|%.*", where.strip()), where
    assert "evil" not in (re.match(r"^(?:https?:)?[/\\]{2,}([^/\\]*)", where) or ["", ""])[1]


def test_whoever_wanted_a_page_comes_to_it(client: FlaskClient, citizen: Person) -> None:
    sent = client.get("/account/profile?x=1")
    assert sent.location.startswith("/account/login?next=")
    page = client.get(sent.location)
    onward = re.findall(r'name="next" value="([^"]+)"', page.text)
    assert set(onward) == {"/account/profile?x=1"}
    assert enter(client, citizen.email, next=onward[0]).location == "/account/profile?x=1"


def test_letters_never_lead_to_a_host_that_was_only_named(
    app: Flask, client: FlaskClient, session: Session, citizen: Person
) -> None:
    evil = "http://evil.example"
    page = client.get("/account/reset", base_url=evil).text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    answer = client.post(
        "/account/reset", base_url=evil, headers=EN, data={"csrf_token": token, "email": citizen.email}
    )
    assert answer.status_code == 503
    assert "PUBLIC_URL" in answer.text
    assert letters(session) == []


def test_with_an_address_of_its_own_letters_lead_to_the_city(
    app: Flask, database_url: str, tmp_path_factory: pytest.TempPathFactory, session: Session, citizen: Person
) -> None:
    from webmap import create_app

    session.commit()
    settings = Settings(
        tmp_path_factory.mktemp("x"), database_url, secret_key="s" * 32, public_url="https://city.example"
    )
    city = create_app(settings)
    city.testing = True
    with city.app_context():
        from core.web import db

        db.sessionmaker.configure(bind=session.get_bind(), join_transaction_mode="create_savepoint")
    client = city.test_client()
    evil = "https://evil.example"
    page = client.get("/account/reset", base_url=evil).text
    form = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page)[0], "email": citizen.email}
    client.post("/account/reset", base_url=evil, headers={"Referer": "https://city.example/"}, data=form)
    [letter] = letters(session)
    assert "https://city.example/account/reset/" in letter["text"]
    assert "evil" not in letter["text"] + letter["html"]


def set_up(client: FlaskClient, page: str = "/account/tf-setup") -> str:
    """Go through the set-up's first page; return the key."""
    shown = post_form(client, page, setup="authenticator").text
    assert 'src="data:image/svg+xml;base64,' in shown
    return str(re.findall(r'id="key" dir="ltr">([A-Z0-9- ]+)<', shown)[0])


def test_staff_are_not_let_in_by_a_password_alone(
    app: Flask, client: FlaskClient, session: Session, officer: Person
) -> None:
    assert enter(client, officer.email).location == "/account/tf-setup"
    assert not is_in(client)
    assert client.get("/account/mf-recovery-codes").status_code == 302
    key = set_up(client)
    wrong = post_form(client, "/account/tf-setup", "/account/tf-validate", code="000000")
    assert wrong.status_code == 200
    assert not is_in(client)
    assert post_form(client, "/account/tf-validate", code=code_of(key)).location == "/account"
    assert is_in(client)

    second = app.test_client()
    assert enter(second, officer.email).location == "/account/tf-validate?next=/account"
    assert not is_in(second)
    used = post_form(second, "/account/tf-validate", code=code_of(key))
    assert used.status_code == 200, "a code is good once"
    assert "پیش‌تر به کار رفته" in used.text
    persian = code_of(key, 1).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    spaced = f"{persian[:3]} {persian[3:]}"
    assert post_form(second, "/account/tf-validate", code=spaced).location == "/account"


def test_staff_cannot_switch_the_second_step_off(
    app: Flask, client: FlaskClient, session: Session, officer: Person
) -> None:
    enter(client, officer.email)
    key = set_up(client)
    post_form(client, "/account/tf-setup", "/account/tf-validate", code=code_of(key))
    assert 'value="disable"' not in client.get("/account/tf-setup").text
    post_form(client, "/account/tf-setup", setup="disable")
    session.expire_all()
    assert officer.tf_totp_secret


def test_a_recovery_code_opens_once(
    app: Flask, client: FlaskClient, session: Session, officer: Person
) -> None:
    enter(client, officer.email)
    key = set_up(client)
    post_form(client, "/account/tf-setup", "/account/tf-validate", code=code_of(key))
    shown = post_form(client, "/account/mf-recovery-codes", generate_new_codes="1").text
    codes = re.findall(r"<code>([0-9a-f-]{14})</code>", shown)
    assert len(codes) == 8
    session.expire_all()
    assert not any(code in str(officer.mf_recovery_codes) for code in codes), "kept as they are read"
    for attempt in (1, 2):
        visitor = app.test_client()
        enter(visitor, officer.email)
        answer = post_form(visitor, "/account/mf-recovery", code=f" {codes[0].upper()} ")
        assert is_in(visitor) == (attempt == 1), answer.text


def test_a_citizen_may_switch_two_steps_on_and_off(
    app: Flask, client: FlaskClient, session: Session, citizen: Person
) -> None:
    enter(client, citizen.email)
    page = post_form(client, "/account/tf-setup", setup="authenticator")
    key = re.findall(r'id="key" dir="ltr">([A-Z0-9- ]+)<', page.text)[0]
    target = re.findall(r'action="(/account/tf-setup/[^"]+)"', page.text)[0]
    assert post_form(client, "/account/tf-setup", target, code=code_of(key)).location == "/account"
    assert enter(app.test_client(), citizen.email).location == "/account/tf-validate?next=/account"
    assert post_form(client, "/account/tf-setup", setup="disable").location == "/account"
    assert enter(app.test_client(), citizen.email).location == "/account"
    acts = session.scalars(text("SELECT action FROM audit WHERE actor_id IS NOT NULL ORDER BY id"))
    assert list(acts) == ["second_factor.set", "second_factor.remove"]


@pytest.mark.parametrize(("who", "hours", "stays"), [("officer", 11, True), ("officer", 13, False)])
def test_a_session_ends_some_time_after_its_sign_in(
    client: FlaskClient, officer: Person, session: Session, who: str, hours: int, stays: bool
) -> None:
    sign_in(client, officer)
    with client.session_transaction() as held:
        held["signed_in_at"] = int(time.time()) - hours * 3600
    assert is_in(client) == stays


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_a_citizens_session_lasts_a_month(
    client: FlaskClient, citizen: Person, days: int, stays: bool
) -> None:
    sign_in(client, citizen)
    with client.session_transaction() as held:
        held["signed_in_at"] = int(time.time()) - days * 86400
    assert is_in(client) == stays


def test_no_cookie_outlives_the_session(client: FlaskClient, citizen: Person) -> None:
    answer = enter(client, citizen.email, remember="y")
    assert answer.location == "/account"
    assert not any("remember_token" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_sign_out_everywhere(app: Flask, client: FlaskClient, session: Session, citizen: Person) -> None:
    other = app.test_client()
    enter(client, citizen.email)
    enter(other, citizen.email)
    assert post_form(client, "/account", "/account/sign-out-everywhere").location == "/account/login"
    assert not is_in(client)
    assert not is_in(other)
    assert (
        session.scalar(text("SELECT action FROM audit ORDER BY id DESC LIMIT 1"))
        == "person.sign_out_everywhere"
    )


def test_signing_out_is_a_post_of_ones_own(client: FlaskClient, citizen: Person) -> None:
    enter(client, citizen.email)
    assert client.get("/account/logout").status_code == 405
    assert client.post("/account/logout").status_code == 400
    assert is_in(client)
    assert post_form(client, "/account", "/account/logout").location == "/"
    assert not is_in(client)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_guessing_is_slowed_and_nobody_is_locked_out_for_ever(
    app: Flask, client: FlaskClient, session: Session, citizen: Person, lang: str
) -> None:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/account/login").text)[0]
    form = {"csrf_token": token, "email": citizen.email, "password": "wrong"}
    for _ in range(10):
        assert client.post(f"/account/login?lang={lang}", data=form).status_code == 200
    refused = client.post(f"/account/login?lang={lang}", data=form | {"password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60 + 1
    assert ("minutes" if lang == "en" else "دقیقه") in refused.text
    assert f'lang="{lang}"' in refused.text
    # Letters of another case are the same account; another account and another network are not.
    assert client.post("/account/login", data=form | {"email": "MARYAM@example.org"}).status_code == 429
    assert client.post("/account/login", data=form | {"email": "reza@example.org"}).status_code == 200
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert enter(elsewhere, citizen.email).location == "/account"


def test_letters_to_one_address_are_few(client: FlaskClient, session: Session, citizen: Person) -> None:
    statuses = [
        post_form(client, "/account/reset", email=citizen.email, lang="en").status_code for _ in range(7)
    ]
    assert statuses == [200] * 5 + [429] * 2
    assert len(letters(session)) == 5


def test_a_closed_account_gets_neither_in_nor_a_link(
    app: Flask, client: FlaskClient, session: Session, citizen: Person
) -> None:
    enter(client, citizen.email)
    citizen.active = False
    session.flush()
    assert not is_in(client)
    assert enter(client, citizen.email).status_code == 200
    post_form(client, "/account/reset", email=citizen.email)
    assert letters(session) == []


def test_who_was_invited_and_came_late_asks_for_another_link(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    invited = make_person(session, email="late@example.org")
    invited.confirmed_at = None
    session.flush()
    post_form(client, "/account/reset", email="late@example.org")
    post_form(client, link_in(letters(session)[-1]), password=PASSWORD)
    assert enter(client, "late@example.org").location == "/account"


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short", "at least 10"),
        ("09121234567", "Numbers alone"),
        ("۰۹۱۲۱۲۳۴۵۶۷", "Numbers alone"),
        ("aaaaaaaaaaaa", "Numbers alone"),
        ("maryam12345678", "your own e-mail"),
        ("", "type a password"),
    ],
)
def test_passwords_guessed_at_once_are_refused(
    client: FlaskClient, session: Session, password: str, told: str
) -> None:
    page = "/account/register?lang=en"
    answer = post_form(client, page, page, email="maryam@example.org", password=password)
    assert answer.status_code == 200
    assert told in answer.text
    assert 'href="#password"' in answer.text, "the summary leads to the field"
    assert 'value="maryam@example.org"' in answer.text, "what was typed is kept"
    assert find_person(session, "maryam@example.org") is None


def test_a_password_is_the_same_in_persian_and_in_latin_digits(
    app: Flask, client: FlaskClient, session: Session, citizen: Person
) -> None:
    enter(client, citizen.email)
    changed = post_form(client, "/account/change", password=PASSWORD, new_password="پلاک ۱۲ کوچهٔ لاله")
    assert changed.location == "/account"
    assert is_in(client), "the device at hand stays signed in"
    assert enter(app.test_client(), citizen.email, "پلاک 12 کوچهٔ لاله").location == "/account"


def test_a_new_address_is_confirmed_by_a_letter_and_told_to_the_old_one(
    client: FlaskClient, session: Session, citizen: Person
) -> None:
    enter(client, citizen.email)
    post_form(client, "/account/change-email", email="new@example.org")
    [letter] = letters(session)
    assert letter["to"] == "new@example.org"
    assert client.get(link_in(letter)).location == "/account"
    session.expire_all()
    assert citizen.email == "new@example.org"
    told = letters(session)[-1]
    assert (told["to"], "new@example.org" in told["text"]) == ("maryam@example.org", True)


def test_name_and_language(client: FlaskClient, session: Session, citizen: Person) -> None:
    enter(client, citizen.email)
    assert post_form(client, "/account/profile", name="مریم <b>", language="en").location == "/account"
    assert "مریم &lt;b&gt;" in client.get("/account").text
    session.expire_all()
    assert (citizen.name, citizen.language) == ("مریم <b>", "en")
    row = session.scalars(text("SELECT after FROM audit WHERE action = 'person.profile'")).one()
    assert row == {"changed": ["name", "language"]}
    refused = post_form(client, "/account/profile", name="مریم", language="xx")
    assert refused.status_code == 400
    assert 'href="#language"' in refused.text


def test_no_token_in_a_header_signs_in(app: Flask, client: FlaskClient, citizen: Person) -> None:
    with app.test_request_context():
        token = citizen.get_auth_token()
    answer = client.get("/account", headers={"Authentication-Token": str(token)})
    assert answer.status_code == 302


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_every_page_of_an_account_is_ours(client: FlaskClient, citizen: Person, lang: str) -> None:
    pages = [
        "",
        "/profile",
        "/change",
        "/change-email",
        "/tf-setup",
        "/mf-recovery-codes",
        "/wan-register",
        "/verify",
    ]
    sign_in(client, citizen)
    for page in [*pages, "/wan-verify"]:
        shown = client.get(f"/account{page}?lang={lang}")
        assert shown.status_code == 200, page
        assert 'class="paper account-page' in shown.text, page
        assert re.search(rf'<html lang="{lang}"', shown.text)
        assert " style=" not in shown.text
        assert "<script>" not in shown.text
    assert client.get("/account/change", headers=EN).headers["Cache-Control"] != "public"


def test_the_map_is_the_same_for_every_visitor(client: FlaskClient, city: Session) -> None:
    shown = client.get("/")
    assert "Set-Cookie" not in shown.headers
    assert 'href="/account/login?next=' in shown.text


def test_what_one_does_to_an_account_is_in_the_record(
    client: FlaskClient, session: Session, citizen: Person
) -> None:
    enter(client, citizen.email)
    post_form(client, "/account/change", password=PASSWORD, new_password="another four words")
    row = session.execute(
        text("SELECT actor_id, action, subject FROM audit WHERE action LIKE 'password%'")
    ).one()
    assert tuple(row) == (citizen.id, "password.change", f"person:{citizen.id}")
