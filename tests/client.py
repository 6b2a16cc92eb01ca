"""A person's browser without the browser: sends what a page's form would send, and checks every page it gets."""

import io
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from functools import cached_property
from typing import Any

import lxml.html
from bs4 import BeautifulSoup, Tag
from flask import Flask
from lxml.etree import XPath
from lxml.html import HtmlElement
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.databases import look_again

INSPECTION = "stalking-2026"
Files = Mapping[str, tuple[str, bytes] | list[tuple[str, bytes]]]
# Not with PostgreSQL: what a page is made of does not hang on the database, and looking at all of it takes long.
MARKUP_IS_CHECKED = True
CSRF_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"|<input[^>]* name="csrf_token"[^>]* value="([^"]+)"')
FIELDS = ("input", "select", "textarea")
SHOWN = XPath("descendant::text()[not(parent::script or parent::style or parent::template)]")
CLASS = "contains(concat(' ', @class, ' '), ' {} ')".format
ERRORS = XPath(f"//*[{CLASS('govuk-error-summary__list')}]//li")
DIFFERENCES = XPath(f"//*[{CLASS('fb-conflict')}]//*[{CLASS('govuk-summary-list__row')}]")
ZERO = "\ue000"  # stands in the tree for the zero character, of which lxml would make another
NOT_LABELLED = ("hidden", "submit", "button", "image", "reset")


class Page:
    """An answer, as a person or their browser takes it."""

    def __init__(self, answer: TestResponse, *, fragment: bool) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.data = answer.data
        self.is_html = answer.mimetype == "text/html"
        self.html = answer.get_data(as_text=True) if self.is_html else ""
        self.address = answer.request.path  # where redirects led to
        self.fragment = fragment

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @cached_property
    def tree(self) -> HtmlElement:
        """The same by lxml, in a twentieth of the time: looking at pages is much of the time that all tests take."""
        return lxml.html.document_fromstring(self.html.strip().replace("\0", ZERO) or "<p></p>")

    @property
    def location(self) -> str | None:
        """Where a redirect leads: the browser's own, or htmx's."""
        return self.headers.get("Location") or self.headers.get("HX-Redirect")

    @property
    def text(self) -> str:
        """What stands on it, white space run together."""
        return _words(self.tree) if self.is_html else self.data.decode(errors="replace")

    @property
    def main(self) -> str:
        """What stands on it between header and footer."""
        part = self.tree.find(".//main")
        return _words(self.tree if part is None else part)

    @property
    def heading(self) -> str:
        return self._only("h1")

    @property
    def title(self) -> str:
        return self._only("title")

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return [_words(line) for line in ERRORS(self.tree)]

    @property
    def messages(self) -> str:
        """What it says was done: 'The name is kept, …'; empty when it says nothing."""
        return " ".join(_words(found) for found in self.tree.iterfind(".//*[@id='fb-messages']"))

    @property
    def differences(self) -> dict[str, str]:
        """Where a conflict shows both: label to 'Now: … Yours: … Only you changed it: …'."""
        return {_words(row.find(".//dt")): _words(row.find(".//dd")) for row in DIFFERENCES(self.tree)}

    def all(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def one(self, selector: str) -> Tag:
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} of {selector!r} on {self.address}"
        return found[0]

    def field(self, name: str) -> Any:
        """What a field holds: its value, the words of a text area, the option chosen, the values ticked."""
        found = [tag for tag in self.tree.iter(FIELDS) if tag.get("name") == name]
        assert found, f"no field {name!r} on {self.address}"
        return _held(found)

    def form(self, action: str) -> dict[str, str]:
        """What the form whose address ends with `action` would send as it stands."""
        forms = [form for form in self.tree.iter("form") if (form.get("action") or self.address).endswith(action)]
        assert len(forms) == 1, f"{len(forms)} forms for {action!r} on {self.address}"
        fields: dict[str, list[HtmlElement]] = {}
        for tag in forms[0].iter(FIELDS):
            if "name" in tag.attrib:
                fields.setdefault(tag.get("name"), []).append(tag)
        values = {name: _held(found) for name, found in fields.items()}
        return {name: value[0] if isinstance(value, list) else value for name, value in values.items() if value != []}

    def _only(self, name: str) -> str:
        found = list(self.tree.iter(name))
        assert len(found) == 1, f"{len(found)} of {name!r} on {self.address}"
        return _words(found[0])

    def __contains__(self, words: str) -> bool:
        return words in self.text

    def __repr__(self) -> str:
        return f"<{self.status} {self.address}: {self.main[:300]}>"


def _words(tag: HtmlElement) -> str:
    """What stands in it, white space run together."""
    return " ".join(" ".join(SHOWN(tag)).split())


def _held(found: list[HtmlElement]) -> Any:
    """What the fields of one name hold."""
    first = found[0]
    if first.tag == "textarea":
        # A browser drops the line end that directly follows the tag.
        return re.sub(r"^\n", "", first.text_content()).replace(ZERO, "\0")
    if first.tag == "select":
        chosen = [option.get("value") for option in first.iter("option") if "selected" in option.attrib]
        return chosen if "multiple" in first.attrib else (chosen or [""])[0]
    if first.get("type") in ("checkbox", "radio"):
        return [field.get("value") for field in found if "checked" in field.attrib]
    return first.get("value", "").replace(ZERO, "\0")


class Client:
    """Somebody at a browser. Addresses are given by endpoint; what the address does not take is sent as the form.

    `client.post("interviews.reword_note", interview, note, words="…", version=1)`: what the address needs and is not
    named is looked for on the objects, the last first. The inspection is the client's own unless one is named. After a
    post its redirects are followed, unless `follow=False`; those of a get are not. `checked=False` leaves the page
    unlooked at.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.person_id: Any = None
        self.inspection = INSPECTION  # the real one, unless a test says another
        self._client = app.test_client()
        self._csrf: str | None = None

    def get(self, endpoint: str, *objects: Any, **options: Any) -> Page:
        return self._send("GET", endpoint, objects, options)

    def post(self, endpoint: str, *objects: Any, **options: Any) -> Page:
        return self._send("POST", endpoint, objects, options)

    def address(self, endpoint: str, *objects: Any, **values: Any) -> str:
        """The address of an endpoint, as a path."""
        rule = next(self.app.url_map.iter_rules(endpoint))
        method = "GET" if "GET" in (rule.methods or ()) else next(iter(rule.methods or ()))
        return self._address(endpoint, method, objects, values)[0]

    def open(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        files: Files | None = None,
        htmx: bool = False,
        follow: bool = True,
        checked: bool = True,
        csrf: bool = True,
        headers: Mapping[str, str] | None = None,
        remote: str = "127.0.0.1",
    ) -> Page:
        """Send one request to a path."""
        sent: dict[str, Any] = {
            "method": method,
            "headers": {**({"HX-Request": "true"} if htmx else {}), **(headers or {})},
            "environ_overrides": {"REMOTE_ADDR": remote},
        }
        if query is not None:
            sent["query_string"] = {name: value for name, value in query.items() if value is not None}
        if method not in ("GET", "HEAD", "OPTIONS"):
            data: dict[str, Any] = {name: value for name, value in (form or {}).items() if value is not None}
            if csrf:
                data.setdefault("csrf_token", self.csrf_token())
            for name, given in (files or {}).items():
                several = [given] if isinstance(given, tuple) else given
                data[name] = [(io.BytesIO(content), file_name) for file_name, content in several]
            sent["data"] = data
            if files:
                sent["content_type"] = "multipart/form-data"
        page = self._request(path, sent, htmx)
        if checked:
            check(page)
        if follow and method != "GET":
            for _hop in range(3):
                if page.status == 303 and page.location:
                    page = self.open("GET", page.location, checked=checked, remote=remote)
        return page

    def csrf_token(self) -> str:
        """The token that the page before carried; every page does, so the shortest is asked for when there was none."""
        if self._csrf is None:
            self.open("GET", "/no-such-page", checked=False)
        assert self._csrf is not None, "no page carried an anti-forgery token"
        return self._csrf

    def forget_csrf_token(self) -> None:
        """Sign-in and sign-out begin a new session: the token is read from the next page."""
        self._csrf = None

    def cookie(self, name: str = "fieldbook") -> str | None:
        found = self._client.get_cookie(name)
        return found.value if found else None

    def set_cookie(self, value: str, name: str = "fieldbook") -> None:
        self._client.set_cookie(name, value)

    @contextmanager
    def session(self) -> Iterator[Any]:
        """The session behind the cookie, to be looked at or changed inside `with`."""
        context, transaction = Context(), self._client.session_transaction()
        yield context.run(transaction.__enter__)
        context.run(transaction.__exit__, None, None, None)

    def _request(self, path: str, sent: dict[str, Any], htmx: bool) -> Page:
        look_again()  # ends what the test was reading, so that nothing waits for it
        # In a context of its own, or Flask would use the test's application context and close its session.
        answer = Context().run(lambda: self._client.open(path, **sent))
        page = Page(answer, fragment=htmx)
        answer.close()
        answer.request.environ["wsgi.input"].close()  # a large form was put into a file to be sent
        look_again()
        if token := CSRF_TOKEN.search(page.html):
            self._csrf = token[1] or token[2]
        return page

    def _send(self, method: str, endpoint: str, objects: tuple[Any, ...], options: dict[str, Any]) -> Page:
        names = ("files", "htmx", "follow", "checked", "csrf", "headers", "remote")
        how = {name: options.pop(name) for name in names if name in options}
        path, rest = self._address(endpoint, method, objects, options)
        rest = dict(rest.pop("form", {})) | rest  # for fields that are called like one of the above
        how["query" if method == "GET" else "form"] = rest
        return self.open(method, path, **how)

    def _address(
        self, endpoint: str, method: str, objects: tuple[Any, ...], values: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        rules = [rule for rule in self.app.url_map.iter_rules(endpoint) if method in (rule.methods or ())]
        assert len(rules) == 1, f"{len(rules)} addresses for {method} {endpoint}"
        wanted = {name: self._value(rules[0], name, objects, values) for name in rules[0].arguments}
        rest = {name: value for name, value in values.items() if name not in wanted}
        return self.app.url_map.bind("localhost").build(endpoint, wanted, method=method), rest

    def _value(self, rule: Rule, name: str, objects: tuple[Any, ...], values: dict[str, Any]) -> Any:
        if name in values:
            return values[name]
        if name == "inspection":
            return self.inspection
        for thing in reversed(objects):
            if hasattr(thing, name):
                return getattr(thing, name)
        raise AssertionError(f"{rule.rule} needs {name}")


def check(page: Page) -> None:
    """What must be true of every page and fragment, whatever it says."""
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"] or not page.is_html
    if MARKUP_IS_CHECKED and page.html.strip():
        assert faults(page) == [], f"on {page!r}"


def faults(page: Page) -> list[str]:
    """What is wrong with a page or fragment, a sentence each."""
    tree = page.tree
    found: list[str] = []
    if not page.fragment and page.status not in (301, 302, 303, 307, 308):
        if not (tree.findtext(".//title") or "").strip():
            found.append("no title")
        if len(headings := tree.findall(".//h1")) != 1:
            found.append(f"{len(headings)} h1")
        if not tree.get("lang"):
            found.append("no language")
    tags = [tag for tag in tree.iter() if isinstance(tag.tag, str)]
    ids = Counter(tag.attrib["id"] for tag in tags if "id" in tag.attrib)
    labelled = {tag.get("for") for tag in tags if tag.tag == "label" and _text(tag)}
    found += [f"id {id!r} stands {times} times" for id, times in ids.items() if times > 1]
    for tag in tags:
        attrs = tag.attrib
        if tag.tag in ("input", "select", "textarea"):
            if attrs.get("type") not in NOT_LABELLED and not _is_labelled(
                tag, labelled, None if page.fragment else ids
            ):
                found.append(f"not labelled: {_opening(tag)}")
        elif tag.tag == "button" or (tag.tag == "a" and "href" in attrs):
            if not _has_words(tag):
                found.append(f"no words: {_opening(tag)}")
        elif tag.tag == "img":
            if "alt" not in attrs:
                found.append(f"no alt: {_opening(tag)}")
        elif tag.tag == "script":
            if not attrs.get("src"):
                found.append(f"inline script: {_opening(tag)}")
        elif tag.tag == "style":
            found.append(f"inline style: {_opening(tag)}")
        if "style" in attrs:
            found.append(f"inline style: {_opening(tag)}")
        if any(name.lower().startswith(("on", "hx-on")) for name in attrs):
            found.append(f"inline handler: {_opening(tag)}")
    return found


def _text(tag: HtmlElement) -> str:
    return "".join(tag.itertext()).strip()


def _is_labelled(tag: HtmlElement, labelled: Container[Any], ids: Container[str] | None) -> bool:
    """`labelled`: the ids that labels with words are for; `ids`: all of the page, None in a fragment."""
    if tag.get("aria-label") or any(True for _label in tag.iterancestors("label")):
        return True
    if names := tag.get("aria-labelledby"):
        # A fragment may be named by what stands round it on the page.
        return ids is None or all(name in ids for name in names.split())
    return bool(tag.get("id")) and tag.get("id") in labelled


def _has_words(tag: HtmlElement) -> bool:
    return bool(_text(tag) or tag.get("aria-label") or tag.get("aria-labelledby") or tag.find(".//img") is not None)


def _opening(tag: HtmlElement) -> str:
    return lxml.html.tostring(tag, encoding="unicode")[:120].split(">")[0] + ">"
