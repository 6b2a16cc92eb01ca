"""What the tests' own client notices on a page."""

import pytest
from flask import Response
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from tests.client import Page, faults

GOOD = """<!doctype html><html lang="en-GB"><head><title>Notes</title><script src="/a.js"></script></head><body>
<h1>Notes</h1><form><label for="words">Note</label><textarea id="words" name="words">
 as typed</textarea><label>Quote <input type="checkbox" name="quote" value="1" checked></label>
<input type="hidden" name="csrf_token" value="t"><select name="by" aria-label="By"><option value="">All</option>
<option value="area" selected>Area</option></select><button>Save</button></form><a href="/x">More</a></body></html>"""


def page_of(html: str, *, fragment: bool = False) -> Page:
    answer = Response(html)
    request = Request.from_values("/here")
    return Page(TestResponse(answer.response, answer.status, answer.headers, request), fragment=fragment)


def test_a_good_page_has_no_fault() -> None:
    assert faults(page_of(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<title>Notes</title>", "<title> </title>", "no title"),
        (' lang="en-GB"', "", "no language"),
        ("<h1>Notes</h1>", "", "0 h1"),
        ("<h1>Notes</h1>", "<h1>Notes</h1><h1>More</h1>", "2 h1"),
        ("<h1>", '<h1 id="words">', "id 'words' stands 2 times"),
        ('<label for="words">Note</label>', "", "not labelled"),
        ('<label for="words">Note</label>', '<label for="words"></label>', "not labelled"),
        (' aria-label="By"', ' aria-labelledby="nothing"', "not labelled"),
        (">More</a>", "></a>", "no words"),
        (">Save</button>", "></button>", "no words"),
        ('<script src="/a.js">', "<script>", "inline script"),
        ("<h1>", '<h1 style="color: red">', "inline style"),
        ("<h1>", '<h1 onclick="go()">', "inline handler"),
        ("<h1>", "<h1><img src='/x.png'>", "no alt"),
    ],
)
def test_a_fault_is_noticed(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    found = faults(page_of(GOOD.replace(old, new, 1)))
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_a_fragment_needs_no_heading_but_labels() -> None:
    assert faults(page_of("<li id='note-1'>One</li>", fragment=True)) == []
    assert len(faults(page_of("<input name='words'>", fragment=True))) == 1


def test_fields_hold_what_a_person_sees() -> None:
    page = page_of(GOOD)
    assert page.field("words") == " as typed"
    assert page.field("quote") == ["1"]
    assert page.field("by") == "area"
    assert page.form("/here") == {"words": " as typed", "quote": "1", "csrf_token": "t", "by": "area"}
