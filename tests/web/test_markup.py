import pytest

from app.web.markup import DEEPEST, LONGEST, TooMuch, from_markdown, sanitise


def test_markdown_becomes_plain_elements_in_our_classes():
    assert from_markdown("## A *word*") == '<h2 class="govuk-heading-m" id="a-word">A <em>word</em></h2>\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>", "[go](javascript:alert(1))", '<img src=x onerror="alert(1)">', "<svg/onload=x>"],
)
def test_nothing_that_could_run_is_left(typed: str):
    for html in (from_markdown(typed), sanitise(typed)):
        assert "<script" not in html
        assert "<img" not in html
        assert "<svg" not in html
        assert 'href="javascript' not in html


@pytest.mark.parametrize("html", ["x" * (LONGEST + 1), "<ul><li>" * DEEPEST])
def test_what_would_take_too_long_to_clean_is_refused(html: str):
    with pytest.raises(TooMuch):
        sanitise(html)
