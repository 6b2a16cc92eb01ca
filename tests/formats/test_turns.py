"""Who said what, read out of transcripts and notes that were typed elsewhere."""

import io

import docx
import pytest

from app.formats.kinds import identify
from app.formats.outcome import Limits, Trouble
from app.formats.turns import read_turns


def turns(content, name="notes.txt", **limits):
    data = content.encode() if isinstance(content, str) else content
    return read_turns(data, identify(data, name), Limits(**limits))


def said(content, name="notes.txt"):
    return [(turn.speaker, turn.at, turn.words) for turn in turns(content, name).turns]


def word_file(*paragraphs):
    document, target = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(target)
    return target.getvalue()


CUE = "\n\n{0} --> 00:59:59.000\n{1}"


def vtt(*cues, head="WEBVTT"):
    return head + "".join(CUE.format(*cue) for cue in cues) + "\n"


def test_a_teams_export_has_its_voices_over_line_breaks(given):
    found = turns(given("transcripts/teams_export_anonymised.vtt"))
    assert len(found.turns) == 13
    assert found.turns[0].words == "OK, I think now we should be recording"
    assert ("Speaker A", 70243, "Yeah, I mean I think you went even more than") in said(
        given("transcripts/teams_export_anonymised.vtt")
    )
    assert {turn.speaker for turn in found.turns} == {"Speaker A", "Speaker B", ""}
    assert (found.trouble, found.jailed) == (None, True)


def test_a_zoom_export_has_its_names_before_the_words(given):
    found = turns(given("transcripts/zoom_call_068.vtt")).turns
    assert (found[0].speaker, found[0].lead, found[0].at, found[0].words) == ("Barnabas", "Barnabas: ", 230780, "No.")
    assert {"Karim T. (matkt)", "Toni Wahrstätter", "Saulius Grigaitis | Grandine"} <= {t.speaker for t in found}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<v A>One.</v> <v B>Two.</v>", [("A", "One."), ("B", "Two.")]),
        ("<v A>One.", [("A", "One.")]),
        ("<v.loud Jo Bloggs>One.</v>", [("Jo Bloggs", "One.")]),
        ("Before <v A>One.</v> after", [("", "Before"), ("A", "One."), ("", "after")]),
        ("<v A>one\ntwo</v>", [("A", "one two")]),
        ("<i>It</i> <b.x>was</b> <00:01.000><c>late</c>", [("", "It was late")]),
        ("AT&amp;T &lt;5&gt; &amp;lt;", [("", "AT&T <5> &lt;")]),
        ("<Pooja> a < b and c > d", [("", "<Pooja> a < b and c > d")]),
        ("<v A></v>", []),
        ("- One.\n- Two.", [("", "- One. - Two.")]),
    ],
)
def test_every_word_of_a_cue_is_kept_and_no_markup(body, expected):
    assert [(speaker, words) for speaker, _at, words in said(vtt(("00:01.000", body)))] == expected


def test_comments_and_styles_are_no_speech_and_are_counted():
    content = vtt(("00:01.000", "One."), head="WEBVTT - title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE x")
    found = turns(content + "\nNOTE\nover\ntwo lines\n")
    assert [turn.words for turn in found.turns] == ["One."]
    assert found.left_out == {"comments": 2, "styles": 1}


@pytest.mark.parametrize(
    "content",
    [
        "WEBVTT\n00:01.000 --> 00:02.000\nOne.\n00:02.000 --> 00:03.000\nTwo.",  # no blank lines
        "WEBVTT\r\n\r\nNOTE\r\n00:01.000 --> 00:02.000 align:start\r\nOne.\r\n\r\nid\r\n00:02.000-->00:03.000\r\nTwo.",
        "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:02,000 --> 00:00:03,000\nTwo.\n",  # SRT
    ],
)
def test_cues_are_found_however_they_are_set(content):
    assert said(content) == [("", 1000, "One."), ("", 2000, "Two.")]


def test_cues_that_overlap_and_go_back_in_time_come_in_the_order_of_the_file():
    content = vtt(("00:05.000", "<v A>One.</v>"), ("00:01.500", "<v B>Two.</v>"), ("00:05.000", "<v A>Three.</v>"))
    assert said(content) == [("A", 5000, "One."), ("B", 1500, "Two."), ("A", 5000, "Three.")]


def test_words_outside_of_any_cue_are_not_lost():
    content = "WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n \nMore of it.\n\n00:xx --> 00:03.000\nBroken times."
    assert [words for _speaker, _at, words in said(content)] == [
        "One.",
        "More of it.",
        "00:xx --> 00:03.000 Broken times.",
    ]


def test_a_turn_in_a_text_goes_on_until_the_next_name_or_heading():
    content = (
        "DCP 2: It is late.\n\nVery late.\n\n(Pause)\n\nStill.\n\nLetters\n-------\n\nOpen point.\n\nMs Jones:\nYes."
    )
    assert said(content) == [
        ("DCP 2", None, "It is late."),
        ("DCP 2", None, "Very late."),
        ("", None, "(Pause)"),
        ("DCP 2", None, "Still."),
        ("", None, "Letters\n-------"),
        ("", None, "Open point."),
        ("Ms Jones", None, "Yes."),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "So my question is this: why?",
        "10:05 They arrive.",
        "see https://example.org: there",
        "Action: send the letters.",
        '"He said: no."',
        "It was late. Very: late.",
    ],
)
def test_a_colon_alone_makes_no_speaker(words):
    assert said(words) == [("", None, words)]


def test_a_chat_has_times_names_and_messages_of_several_paragraphs():
    content = "00:05:41\tJo:\thello\n00:12:11\tMax Li:\tReplying\n\nNo, not yet.\n00:12:12\tJo:\tgood"
    assert said(content) == [
        ("Jo", 341000, "hello"),
        ("Max Li", 731000, "Replying"),
        ("Max Li", 731000, "No, not yet."),
        ("Jo", 732000, "good"),
    ]


def test_a_time_of_day_that_was_typed_stays_with_the_words():
    assert said("10:05 DCP 2: We start.") == [("DCP 2", None, "10:05 We start.")]


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["Jane Smith   0:03\nHello.\nAll of you.", "Max Li   1:02:03\nGood morning."],
        ["0:0:3.0 --> 0:0:5.27\nJane Smith\nHello.\nAll of you.", "1:2:3.0 --> 1:2:4.5\nMax Li\nGood morning."],
        ["0:0:3.0 --> 0:0:5.27", "Jane Smith", "Hello.\nAll of you.", "1:2:3.0 --> 1:2:4.5", "Max Li", "Good morning."],
    ],
    ids=["now", "formerly", "in paragraphs"],
)
def test_a_teams_transcript_in_word_has_its_names_and_times(paragraphs):
    assert said(word_file(*paragraphs), "call.docx") == [
        ("Jane Smith", 3000, "Hello.\nAll of you."),
        ("Max Li", 3723000, "Good morning."),
    ]


def test_notes_typed_in_word_are_a_paragraph_each(given):
    content = word_file("DCP 2: Rotas.", "", "  Letters are late.\t#vw.ii", "- one\n- two")
    assert said(content, "x.docx") == [
        ("DCP 2", None, "Rotas."),
        ("DCP 2", None, "  Letters are late.\t#vw.ii"),
        ("DCP 2", None, "- one"),
        ("DCP 2", None, "- two"),
    ]
    assert said(given("docx/text_document_01.odt"), "x.odt")[0] == ("", None, "Title")
    found = turns(given("docx/docx_page_header_footer_first_page.docx"))
    assert (len(found.turns), found.left_out) == (5, {"margins": 1})


def test_a_numbered_interview_in_a_pdf_has_its_names(given):
    found = turns(given("transcripts/interview_P1.pdf")).turns
    assert {turn.speaker for turn in found} == {"Dan", "Participant", ""}
    assert found[1].words.startswith("Okay. So now you can stop sharing your screen")


@pytest.mark.slow
def test_what_was_taken_for_a_name_can_be_put_back_exactly():
    for line in ("DCP 2:  It is late.", "**Lady Hallett**: Good afternoon.", "7\tDan: Yes.", "Jo   0:03\nHi."):
        (turn,) = turns(line + "\n").turns
        assert turn.speaker and turn.lead + turn.words == line
    alone = turns("Members:\nMax: Hi.").turns
    assert [(turn.speaker, turn.lead, turn.words) for turn in alone] == [
        ("Members", "Members:", ""),
        ("Max", "Max: ", "Hi."),
    ]


@pytest.mark.parametrize(
    ("content", "name", "trouble"),
    [
        (b"", "a.txt", Trouble.EMPTY),
        (b" \n\n ", "a.txt", Trouble.EMPTY),
        (b"WEBVTT\n\nNOTE nobody speaks\n", "a.vtt", Trouble.EMPTY),
        (b"a,b\n", "a.csv", Trouble.NOT_READ),
        (b"PK\x03\x04word/document.xml[Content_Types].xml", "a.docx", Trouble.NOT_READ),
    ],
)
def test_what_is_no_transcript_has_a_trouble(content, name, trouble):
    assert turns(content, name).trouble is trouble


def test_a_password_and_a_picture_are_told(given):
    assert turns(given("xlsx/password_protected.xlsx")).trouble is Trouble.PASSWORD
    assert turns(given("pdf/imagemagick-CCITTFaxDecode.pdf")).trouble is Trouble.PICTURE
    assert turns(given("docx/Strict.docx")[:-400], "x.docx").trouble is not None


def test_more_than_the_limits_is_too_large():
    assert turns("One.\n\n" * 40, rows=30).trouble is Trouble.TOO_LARGE
    assert turns("word " * 2000, characters=1000).trouble is Trouble.TOO_LARGE
