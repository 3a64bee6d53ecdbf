"""Walks through the application as a browser would: every address, every link, and what each page is made of."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

ORIGIN = "http://localhost"
# What HTML calls scripts that are none: data, which no browser runs.
_DATA = frozenset({"application/json", "application/ld+json", "speculationrules"})


@dataclass
class Form:
    """One form: how and where it is sent, and the names of its fields."""

    method: str
    action: str
    fields: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """What the crawl wants to know of a page: its links, its forms, and whatever stands inline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.inline: list[str] = []
        self.nonces: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        given = {name: value or "" for name, value in attrs}
        self._find_inline(tag, given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("iframe", "img", "script", "embed") and "src" in given:
            self.links.append(given["src"])
        elif tag == "link" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))
        elif tag in ("input", "button", "select", "textarea") and self.forms and "form" not in given:
            self.forms[-1].fields.add(given.get("name", ""))

    def _find_inline(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "style" or "style" in given:
            self.inline.append(f"style in <{tag}>")
        self.inline.extend(f"{name} of <{tag}>" for name in given if name.startswith("on"))
        if any(value.strip().lower().startswith("javascript:") for value in given.values()):
            self.inline.append(f"javascript: in <{tag}>")
        if tag == "script":
            if given.get("nonce"):
                self.nonces.add(given["nonce"])
            elif given.get("type") not in _DATA:
                self.inline.append("<script> without the answer's nonce")
            if "src" not in given and given.get("type") not in _DATA:
                self.inline.append("<script> with words of its own")


@dataclass(frozen=True)
class Visit:
    """One address asked and what came back; ``page`` only of HTML that is no file to keep."""

    address: str
    by: str
    endpoint: str
    answer: TestResponse
    page: Page | None


def endpoint_of(app: Flask, address: str) -> str:
    """The view at an address; empty where there is none."""
    parts, urls = urlsplit(address), app.url_map.bind("localhost")
    for method in ("GET", "POST"):
        try:
            endpoint, _values = urls.match(parts.path, method, query_args=parts.query)
        except HTTPException:
            continue
        return str(endpoint)
    return ""


def same_site(page: str, link: str) -> str | None:
    """A link of a page as an address of ours, without its fragment; None for those that lead elsewhere."""
    whole = urlsplit(urljoin(ORIGIN + page, link))
    if f"{whole.scheme}://{whole.netloc}" != ORIGIN:
        return None
    return f"{whole.path}?{whole.query}" if whole.query else whole.path


def crawl(
    app: Flask,
    client: FlaskClient,
    starts: Mapping[str, str],
    is_asked: Callable[[str, str], bool],
    most_of_each: int,
    **headers: Any,
) -> Iterator[Visit]:
    """Every start (address: how it is called) and everything linked from there, each address once.

    ``is_asked`` tells by endpoint and address which to leave alone; of one endpoint reached by links from one other
    endpoint no more than ``most_of_each`` are followed: a list of a thousand parcels is as good as one of some.
    """
    waiting, seen, counted = deque(starts.items()), set(starts), dict[tuple[str, str], int]()
    while waiting:
        address, by = waiting.popleft()
        endpoint = endpoint_of(app, address)
        if not is_asked(endpoint, address):
            continue
        # Buffered: a streamed answer that is never closed would leave its context, and whose it was, to the next one.
        answer = client.get(address, headers=headers, buffered=True)
        is_file = "attachment" in answer.headers.get("Content-Disposition", "")
        page = Page(answer.text) if answer.mimetype == "text/html" and not is_file else None
        yield Visit(address, by, endpoint, answer, page)
        # The news that a page is not for you leads back to where you were, and to itself in the other language.
        links = page.links if page and answer.status_code < 400 else []
        if answer.status_code in range(300, 400) and answer.location:
            links = [answer.location]
        for link in links:
            found = same_site(address, link)
            if found is None or found in seen:
                continue
            pair = endpoint, endpoint_of(app, found)
            counted[pair] = counted.get(pair, 0) + 1
            if counted[pair] <= most_of_each:
                seen.add(found)
                waiting.append((found, f"a link of {address}"))
