"""The text of files of every kind, and the troubles people meet."""

import base64
import binascii
import io
import json
import struct
import time
import zipfile

import docx
import pytest
import xlsxwriter

from app.formats.extract.encoded import Encoded
from app.formats.extract.mail import pages as read_mail
from app.formats.extract.outlook import pages as read_outlook
from app.formats.extract.rich import unpack
from app.formats.kinds import KINDS, identify
from app.formats.outcome import Limits, Refused, Trouble, clean
from app.formats.reading import read_text
from tests.formats.compound import compound


@pytest.fixture
def read(given):
    """read('pdf/habibi.pdf'): its Reading, by the kind that it is identified as."""

    def read_file(name, **limits):
        data = given(name)
        return read_text(data, identify(data, name), Limits(**limits))

    return read_file


def words(reading):
    return "\n".join(page.text for page in reading.pages)


@pytest.mark.parametrize(
    ("name", "pages", "fragment"),
    [
        ("pdf/annotated_pdf.pdf", 1, "[note: This is a text annotation.]"),
        ("pdf/crazyones-pdfa.pdf", 1, "The Crazy Ones\nOctober 14, 1998"),
        ("pdf/habibi.pdf", 1, "habibi"),
        ("pdf/habibi-rotated.pdf", 4, "habibi"),
        ("pdf/invisible_text_layer.pdf", 1, "Visible heading line\nInvisible OCR text layer"),
        ("pdf/libreoffice-form.pdf", 1, "[form field First Name: Alice]"),
        ("pdf/meeting_minutes_eu_webinar.pdf", 10, "DCAT-AP 2.1.0 Webinar #1"),
        ("pdf/mistitled_outlines_example.pdf", 4, "1 Foo 2"),
        ("pdf/multicolumn.pdf", 3, "Two-Column Document with Lorem Ipsum"),
        ("pdf/pdflatex-4-pages.pdf", 4, "“Huardest gefburn”? Kjift – not at all!"),
        ("pdf/with-attachment.pdf", 1, "no sea takimata sanctus"),
        ("docx/Strict.docx", 1, "Some text"),
        ("docx/docx_checkboxes.docx", 1, "☒ Orange juice ☐ Tea"),
        ("docx/docx_comments.docx", 1, "[comment by Jane Editor: Another comment by a different reviewer.]"),
        ("docx/docx_external_image.docx", 1, "This paragraph has text before the image."),
        ("docx/docx_page_header_footer_first_page.docx", 2, "FIRST PAGE HEADER (page 1 only)\nREGULAR HEADER"),
        ("docx/docx_rich_cells.docx", 2, "Simple cell upper left\tSimple cell with bold and italic text"),
        ("docx/expected_redline.docx", 1, "They are not good for nothing."),
        ("docx/original.docx", 1, "Test files are good for testing."),
        ("docx/modified.docx", 1, "They are not good for nothing."),
        ("docx/long_spec_eu.docx", 37, "[footnote 4] European Commission. Communication on Open Data."),
        ("docx/textbox.docx", 1, " Fever\n\uff0a Cough"),
        ("docx/unit_test_headers_numbered.docx", 1, "Section 1.2.3\nParagraph 1.2.3.1"),
        ("docx/text_document_01.odt", 2, "bullet list 2.1\nbullet list 2.2"),
        ("docx/powerpoint_sample.pptx", 3, "[notes]\nSome notes on the second slide."),
        ("xlsx/emoji.xlsx", 1, "🤠😅"),
        ("xlsx/xlsx_06_edge_cases_.xlsx", 3, "Overview\tPurpose and Use Cases\tAI 1"),
        ("xlsx/xlsx_QQQ1234567.xlsx", 1, "surprise!"),
        ("xlsx/xlsx_comments.xlsx", 1, "[comment on G12: Maximum number of ducks]"),
        ("xlsx/xlsx_exotic_types.xlsx", 1, "1\tbananas\t123\t12.3\t1995-01-27\t27/01/95\t66"),
        ("xlsx/xlsx_filters_hidden_cols_rows.xlsx", 1, "aaaa\t77\t7854\ttyui"),
        ("xlsx/xlsx_hidden_sheet.xlsx", 2, "A1\tB1\tC1\tD1\tE1"),
        ("xlsx/xlsx_merged_cells.xlsx", 1, "Row 2 columns A and B\t\tRow 2 column C"),
        ("email/fake-email-attachment.eml", 1, "[attachment: fake-attachment.txt]"),
        ("email/fake-email-b64.eml", 1, "   - Roses are red"),
        ("email/fake-email-header.eml", 1, "Cc: Fake Email <fake-email@unstructured.io>, test@unstructured.io"),
        ("email/fake-email-malformed-encoding.eml", 1, "   - Violets are blue"),
        ("email/fake-email-utf-16.eml", 1, "Subject: Test Email"),
        ("email/mime-html-only.eml", 1, "This is a text/html part.\n\nThe first emoticon, :) ,"),
        ("email/mime-multipart-digest.eml", 4, "This is the second message in the digest."),
        ("email/mime-no-subject.eml", 1, "This is a simple email message without a subject."),
        ("email/mime-word-encoded-subject.eml", 1, "Subject: Simple email with ☸☿ Unicode subject"),
        ("email/fake-email-attachment.msg", 1, "[attachment: fake-attachment.txt]"),
        (
            "email/fake-email-with-cc-and-bcc.msg",
            1,
            "Cc: steve@unstructured.io\nBcc: hello@unstructured.io\nDate: Mon, 29",
        ),
        ("email/test-invalid-date.eml", 1, "Date: INVALID-DATE-FORMAT"),
        ("transcripts/teams_export_anonymised.vtt", 1, "00:00:04 Speaker A: OK, I think now we should be recording\n"),
        ("transcripts/vtt_repeated_ids_nested_tags.vtt", 1, "04:03:00 Last night the chef"),
        ("attack/xss-payload-list.txt", 157, "<script>alert"),
        ("attack/SVG_XSS1.svg", 1, "<script>alert(1)</script>"),
    ],
)
def test_a_file_gives_its_text(read, name, pages, fragment):
    reading = read(name)
    trouble = Trouble.ENCODED if name == "attack/xss-payload-list.txt" else None  # it does hold scripts as base64
    assert (len(reading.pages), reading.trouble, reading.jailed) == (pages, trouble, True)
    assert fragment in words(reading)
    assert [page.number for page in reading.pages] == list(range(1, pages + 1))
    assert "\r" not in words(reading)


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("pdf/libreoffice-writer-password.pdf", Trouble.PASSWORD),
        ("xlsx/password_protected.xlsx", Trouble.PASSWORD),
        ("email/fake-encrypted.eml", Trouble.PASSWORD),
        ("pdf/grayscale-image.pdf", Trouble.PICTURE),
        ("pdf/imagemagick-images.pdf", Trouble.PICTURE),  # its only words lie beside the pages
        ("pdf/imagemagick-CCITTFaxDecode.pdf", Trouble.PICTURE),
        ("pdf/ocr_test.pdf", Trouble.PICTURE),
        ("pdf/no_eof_marker.pdf", Trouble.PICTURE),
        ("xlsx/actually_a_png.xlsx", Trouble.PICTURE),
        ("xlsx/EXCEL_95.XLS", Trouble.NOT_READ),
        ("attack/zip_with_symlink.zip", Trouble.NOT_READ),
        ("email/empty.eml", Trouble.EMPTY),
    ],
)
def test_a_file_that_cannot_be_read_says_why(read, name, trouble):
    reading = read(name)
    assert reading.trouble == trouble
    assert not words(reading).strip() or trouble == Trouble.PASSWORD


def test_every_trouble_has_one_code_and_tells_what_to_do():
    assert len({trouble.code for trouble in Trouble}) == len(Trouble)
    assert all(trouble.sentence.endswith(".") and trouble.sentence.count(". ") == 1 for trouble in Trouble)


@pytest.mark.parametrize("code", ["pdf", "docx", "xlsx", "pptx", "odt"])
@pytest.mark.parametrize("junk", [b"%PDF-1.4\nnothing more", b"PK\x03\x04 and no more", b"\x00" * 100])
def test_junk_is_damaged(code, junk):
    assert read_text(junk, KINDS[code]).trouble == Trouble.DAMAGED


@pytest.mark.parametrize("name", ["docx/original.docx", "xlsx/emoji.xlsx", "docx/powerpoint_sample.pptx"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_file_that_arrived_in_part_is_damaged(given, name, part):
    data = given(name)
    assert read_text(data[: int(len(data) * part)], identify(data, name)).trouble == Trouble.DAMAGED


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.readable])
def test_an_empty_file_is_empty(code):
    assert read_text(b"", KINDS[code]).trouble == Trouble.EMPTY


# --- pages and labels ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_labels_say_where_a_text_stands(read):
    assert [page.label for page in read("pdf/pdflatex-4-pages.pdf").pages] == ["page 1", "page 2", "page 3", "page 4"]
    labels = [page.label for page in read("docx/long_spec_eu.docx").pages]
    assert labels[:2] == ["paragraphs 1–50", "Introduction, paragraphs 51–56"]
    hidden = read("xlsx/xlsx_hidden_sheet.xlsx").pages
    assert [page.label for page in hidden] == ["sheet Sheet1 (hidden), A1:E5", "sheet Sheet2, A1:E7"]
    assert read("transcripts/teams_export_anonymised.vtt").pages[0].label == "00:00:04–00:01:54"
    assert read("email/mime-multipart-digest.eml").pages[1].label == "message 2, lines 1–5"


def test_pieces_are_of_a_size_to_be_read(read):
    pages = read("docx/long_spec_eu.docx").pages
    assert max(len(page.text) for page in pages) <= 3000 + 60  # line ends are not counted
    labels = [page.label for page in pages]
    assert len(set(labels)) == len(labels)


def test_a_text_without_pages_loses_no_character_when_it_is_cut():
    text = "\n".join(f"Line {n} " + "word " * (n % 60) for n in range(400)) + "\n" + "x" * 7000 + "\n\nend"
    reading = read_text(text.encode(), KINDS["txt"])
    joined = words(reading)
    assert joined.replace("\n", "") == text.replace("\n", "")
    assert reading.pages[0].label.startswith("lines 1–")


def test_a_page_that_is_only_a_picture_keeps_its_number(read):
    assert [page.number for page in read("pdf/imagemagick-images.pdf").pages] == [1, 2, 3, 4, 5, 6]


def test_a_sheet_is_cited_by_its_cells(read):
    (far,) = read("xlsx/xlsx_QQQ1234567.xlsx").pages
    assert far.label == "sheet Sheet1, A1:QQQ123456"
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Volumes")
        for row in range(900):
            sheet.write_row(row, 0, [f"Area {row + 1}", row, "words " * 5])
    pages = read_text(target.getvalue(), KINDS["xlsx"]).pages
    assert pages[0].label == "sheet Volumes, A1:C277" and pages[1].label.startswith("sheet Volumes, A278:C")
    assert pages[-1].label.endswith(":C900")
    assert pages[1].text.startswith("Area 278\t277\t")
    assert "\n".join(page.text for page in pages).count("\n") == 899


def test_blank_rows_between_others_are_blank_lines_unless_they_are_many():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for rows in ((3, 4, 7), (1, 22), (1, 23)):
            sheet = book.add_worksheet()
            for row in rows:
                sheet.write(row - 1, 1, f"row {row}")
    one, few, many = read_text(target.getvalue(), KINDS["xlsx"]).pages
    assert (one.label, one.text) == ("sheet Sheet1, A3:B7", "\trow 3\n\trow 4\n\n\n\trow 7")
    assert few.text == "\trow 1" + "\n" * 21 + "\trow 22" and many.text == "\trow 1\n\trow 23"


def test_what_would_part_cells_or_rows_is_a_blank_within_a_cell():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet().write_row(0, 0, ["a\tb", "c\r\nd\re\nf", "", "g"])
    assert read_text(target.getvalue(), KINDS["xlsx"]).pages[0].text == "a b\tc d e f\t\tg"


# --- words -----------------------------------------------------------------------------------------------------------


def test_deleted_words_are_out_and_inserted_words_are_in(read):
    text = words(read("docx/expected_redline.docx"))
    assert "good for testing" not in text and "not testing" not in text
    assert words(read("docx/modified.docx")) == text


def test_a_text_box_is_read_once(read):
    assert words(read("docx/textbox.docx")).count("Student falls ill") == 1


def test_footnotes_have_the_numbers_that_word_prints(read):
    text = words(read("docx/long_spec_eu.docx"))
    numbers = [int(part.split("]")[0]) for part in text.split("\n[footnote ")[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 54


def test_a_document_made_by_python_docx_comes_back_in_order():
    document = docx.Document()
    document.add_heading("Findings", 1)
    document.add_paragraph("Rotas change\tmonthly.\nNot weekly.")
    table = document.add_table(2, 2)
    for at, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {at}"
    document.add_paragraph("After the table.")
    target = io.BytesIO()
    document.save(target)
    (page,) = read_text(target.getvalue(), KINDS["docx"]).pages
    assert (
        page.text == "Findings\nRotas change\tmonthly.\nNot weekly.\ncell 0\tcell 1\ncell 2\tcell 3\nAfter the table."
    )
    assert page.label == "Findings, paragraphs 1–5"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Café ‘one’\r\ntwo\rthree".encode(), "Café ‘one’\ntwo\nthree"),
        ("\ufeffCafé".encode(), "Café"),
        ("Café\n".encode("utf-16"), "Café"),
        (b"\xfe\xff\x00C\x00a\x00f\x00\xe9", "Café"),
        (b"Caf\xe9 \x93one\x94 \x81", "Café “one” \x81"),
        (b"form\x0cfeed\tand tab", "form\x0cfeed\tand tab"),
    ],
)
def test_texts_in_many_encodings(data, text):
    assert words(read_text(data, KINDS["txt"])).rstrip("\n") == text


def test_a_message_in_an_encoding_nobody_preloaded_is_still_shown():
    message = b"From: a@example.org\nContent-Type: text/plain; charset=cp037\n\nplain words"
    assert "From: a@example.org" in words(read_text(message, KINDS["eml"]))


def test_of_a_message_all_is_shown_that_it_says_and_once_what_it_says_in_two_ways():
    choice = "Content-Type: multipart/alternative; boundary=y\n\n--y\n\nplain once\n--y\nContent-Type: text/html\n\n"
    parts = ["\nat first", choice + "<p>plain once\n--y--", "Content-Type: text/html\n\n<p>Anna <b>came", "\nat last"]
    head = "From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n"
    message = head + "".join(f"--x\n{part}\n" for part in parts) + "--x--\n"
    said = words(read_text(message.encode(), KINDS["eml"])).split("\n\n")
    assert said[1:] == ["at first", "plain once", "Anna came", "at last"]


OUTLOOK = """<html xmlns:o="urn:x"><head><meta name=Generator content="Microsoft Word 15"><title></title>
<!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]--><style><!-- /* Definitions */ --></style>
<!--[if gte mso 9]><xml><o:shapedefaults spidmax="1026"/><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]--></head>
<body><p class=MsoNormal>The panel <b>met</b> in M&auml;r&shy;z.<o:p></o:p></p><p><![if !supportLists]>1.<![endif]>Ask
<a href="mailto:ada@example.org">Ada</a>, <a href="https://example.org/rota">or see the rota</a></p>
<table><tr><td>Area</td><td>Wessex</td></tr></table></body></html>"""
PLAIN = "The panel *met* in März.\n\n1. Ask\nAda<mailto:ada@example.org>, or see the rota<https://x>\n\nArea Wessex"


@pytest.mark.parametrize(
    ("plain", "html", "more"),
    [
        ("Plain clean.", "Html says Zaphira", ["Html says Zaphira"]),
        ("Plain clean.", "<p style='display:none'>Zaphira<p>Plain clean.", ["Zaphira\nPlain clean."]),
        ("One of them.", "One of them. One <b>of them.", ["One of them. One of them."]),
        (PLAIN, OUTLOOK, []),
        ("Plain clean.", "<style>Zaphira</style>clean\u200b.<br>PLAIN <a href='https://zaphira'>", []),
        *(
            ("Plain clean.", f"Plain {hidden}clean.", ["[hidden in the HTML: Zaphira 7]"])
            for hidden in (
                "<!-- Zaphira 7 --><!-- clean -->",
                "<!--[if mso]><p>Zaphira 7</p><![endif]-->",
                "<![Zaphira 7]>",
                "<script>Zaphira 7</script>",
                "<head><title>Zaphira 7</title></head>",
                "<img alt='Zaphira 7'>",
                "<a href='mailto:Zaphira%207'>",
            )
        ),
        (" ", "<p>Plain clean.<!-- Zaphira 7 -->", ["[hidden in the HTML: Zaphira 7]"]),
        ("Plain clean.", "<head>Plain <!-- Zaphira 7", ["[hidden in the HTML: Plain <!-- Zaphira 7]"]),
    ],
)
def test_what_only_the_html_of_a_message_says_is_read_beside_it(plain, html, more):
    head = "From: a@example.org\nContent-Type: multipart/alternative; boundary=y\n\n--y\nContent-Type: text/%s; "
    message = (
        f"{head % 'plain'}charset=utf-8\n\n{plain}\n--y\nContent-Type: text/html; charset=utf-8\n\n{html}\n--y--\n"
    )
    (label, text), *others = read_mail(message.encode(), Limits())
    assert label.startswith("message, ") and (plain == " " or text == f"From: a@example.org\n\n{plain}")
    assert [text for _, text in others] == more
    assert all(label.startswith("message as HTML, line") for label, _ in others)


@pytest.mark.slow
def test_what_only_html_says_follows_all_messages_so_that_each_text_stays_where_it_was():
    choice = (
        "Content-Type: multipart/alternative; boundary=%s\n\n--%s\n\n%s\n--%s\nContent-Type: text/html\n\n%s\n--%s--"
    )
    outer, inner = (choice % (x, x, f"plain {x}", x, f"Zaphira {x}", x) for x in "yz")
    mixed = "From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n"
    message = f"{mixed}--x\n{outer}\n--x\nContent-Type: message/rfc822\n\nFrom: b@example.org\n{inner}\n--x--\n"
    found = read_text(message.encode(), KINDS["eml"]).pages
    assert [(page.label.partition(",")[0], page.text.split("\n")[-1]) for page in found] == [
        ("message", "plain y"),
        ("message 2", "plain z"),
        ("message as HTML", "Zaphira y"),
        ("message 2 as HTML", "Zaphira z"),
    ]
    cut_short = f"{message[:-6]}\n--x\nContent-Type: multipart/encrypted; boundary=w\n\n--w--\n--x--\n"
    assert "Zaphira z" in words(read_text(cut_short.encode(), KINDS["eml"]))


def outlook(**streams):
    """What is read in a message of Outlook with these streams, by their numbers."""
    named = {f"__substg1.0_{name.removeprefix('of_')}": content for name, content in streams.items()}
    return [
        (label, text)
        for label, text in read_outlook(compound({"__properties_version1.0": bytes(32)} | named), Limits())
    ]


def packed_rtf(rtf):
    """As Outlook keeps it, without saving any room: eight letters behind a byte that says that they are."""
    packed = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return struct.pack("<II4sI", len(packed) + 12, len(rtf), b"LZFu", 0) + packed


PLAIN_CLEAN = "Plain clean.".encode("utf-16-le")
CLEAN = ("message, lines 1–2", "\nPlain clean.")


def test_what_only_the_html_of_a_message_of_outlook_says_is_read_beside_it():
    assert outlook(of_1000001F=PLAIN_CLEAN, of_10130102=b"<p>Plain <i>clean</i>.") == [CLEAN]
    said = outlook(of_1000001F=PLAIN_CLEAN, of_10130102=b"<p>Plain Zaphira<!-- Quill -->")
    assert said == [CLEAN, ("message as HTML, lines 1–3", "Plain Zaphira\n\n[hidden in the HTML: Quill]")]


WRAPPED = rb"""{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}
{\*\htmltag64 <p title="%s">}\htmlrtf {\htmlrtf0 Plain {\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 clean
{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 .{\pntext o\tab}\htmlrtf\par %s\htmlrtf0}"""


@pytest.mark.parametrize(
    ("rtf", "more"),
    [
        (WRAPPED % (b"", b""), ""),
        (WRAPPED % (b"Zaphira", b"Quill"), "[hidden in the rich text: Zaphira]\n\n[hidden in the rich text: Quill]"),
        (rb"{\rtf1{\fonttbl{\f0 Zed;}}{\colortbl;}\pard\b Plain\b0\tab clean\par{\*\generator R}}", ""),
        (rb"{\rtf1\ansicpg37 Plain \'e9.", "Plain é."),
        (rb"{\rtf1\ansicpg1252 Plain \v Za\'eb\u-10179?\u-8704?\{\par\ldblquote Qu", "Plain Zaë😀{\n“Qu"),
    ],
)
def test_what_only_the_rich_text_of_a_message_of_outlook_says_is_read_beside_it(rtf, more):
    beside = [("message as rich text", more)] if more else []
    first, *others = outlook(of_1000001F=PLAIN_CLEAN, of_10090102=packed_rtf(rtf))
    assert first == CLEAN
    assert [(label.partition(",")[0], text) for label, text in others] == beside


def test_rich_text_is_unpacked_as_outlook_packs_it_and_read_where_there_is_nothing_else():
    # The examples of [MS-OXRTFCP], 4.1 and 4.2.
    one = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    two = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpack(one, 99) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpack(two, 99) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert outlook(of_10090102=one) == [("message, lines 1–2", "\nhello world")]
    for broken in (one[:12], one[:8] + b"????" + one[12:], packed_rtf(b"x" * 9)[:16] + b"\x01\xff\xff"):
        with pytest.raises(Refused):
            unpack(broken, 99)
        assert "[body not read: rich text]" in dict(outlook(of_1000001F=PLAIN_CLEAN, of_10090102=broken)).values()
    with pytest.raises(Refused):
        unpack(packed_rtf(b"x" * 200), 99)


RUN = base64.encodebytes(b"".join(b"Names, line %d\n" % line for line in range(60))).decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Kept as text.\n\nContent-Transfer-Encoding: base64\n\n{RUN}", True),
        ("ATTACH;ENCODING=BASE64:" + RUN.replace("\n", "\n "), True),
        (f"<a href='data:;base64,{RUN.replace(chr(10), '')}'>", True),
        ("> " + RUN.replace("\n", "\n> "), True),
        (f"begin 644 a.txt\n{binascii.b2a_uu(b'Zaphira').decode()}`\nend", True),
        (f"One line {RUN[:76]}\nand another\n{RUN[77:153]}" * 9, False),
        (("-" * 70 + "\n" + "_" * 70 + "\n") * 9 + "x" * 7000, False),
        ("begin 100 days\nTHE PANEL met\n", False),
    ],
)
def test_a_text_in_which_a_file_may_be_encoded_is_told(text, found):
    encoded = Encoded()
    for at in range(0, len(text), 3000):
        encoded.hear(text[at : at + 3000])
    assert encoded.found is found


def test_it_is_said_beside_a_text_that_a_file_may_be_encoded_in_it():
    reading = read_text(f"Notes\n{RUN}".encode(), KINDS["txt"])
    assert words(reading).startswith(f"Notes\n{RUN[:76]}") and reading.trouble is Trouble.ENCODED


def test_what_no_database_can_hold_becomes_a_mark():
    assert clean("a\x00b\ud800c\r\nd\re\x0c\tf😀") == "a\ufffdb\ufffdc\nd\ne\x0c\tf😀"


def test_naughty_strings_pass_through_as_they_are(given):
    strings = json.loads(given("attack/blns.json"))
    for string in strings:
        if string.strip() and "\n" not in clean(string):
            assert words(read_text(string.encode(), KINDS["txt"])) == clean(string).lstrip("\ufeff")
            break
    everything = "\n".join(strings)
    joined = words(read_text(everything.encode(), KINDS["txt"]))
    assert joined.replace("\n", "") == clean(everything).replace("\n", "")


# --- hostile files ---------------------------------------------------------------------------------------------------


def document_with(packed, body, head=""):
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": '<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/document.xml": f"{head}<document><body><p><r><t>before</t></r></p>{body}</body></document>",
        }
    )


def test_entities_are_not_expanded(given, packed):
    bomb = given("attack/billion_laughs.xml").decode()
    head = bomb[: bomb.index("]>") + 2]
    name = head.rsplit("<!ENTITY ", 1)[1].split()[0]
    reading = read_text(document_with(packed, f"<p><r><t>&{name};</t></r></p>", head), KINDS["docx"])
    assert len(words(reading)) < 100


def test_outside_files_are_not_read(given, packed, tmp_path):
    (tmp_path / "secret").write_text("secret")
    head = f'<!DOCTYPE document [<!ENTITY file SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    reading = read_text(document_with(packed, "<p><r><t>&file;</t></r></p>", head), KINDS["docx"])
    assert words(reading) == "before"
    head = given("attack/xxe.xml").decode().partition("]>")[0].partition("?>")[2] + "]>"
    reading = read_text(document_with(packed, "<p><r><t>&file;</t></r></p>", head), KINDS["docx"])
    assert "root:" not in words(reading)


@pytest.fixture(scope="module")
def bomb():
    """270 MB in 270 KB, in parts that are harmless by themselves."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"word/media/{number}.bin", bytes(9 << 20))
    return target.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("code", ["docx", "xlsx", "pptx", "odt"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(code, bomb):
    assert len(bomb) < 400_000
    started = time.monotonic()
    assert read_text(bomb, KINDS[code]).trouble == Trouble.TOO_LARGE
    assert time.monotonic() - started < 2


def test_one_entry_that_packs_too_well_is_refused(packed):
    data = packed({"_rels/.rels": "<a/>", "content.xml": bytes(30 << 20)})
    assert read_text(data, KINDS["odt"]).trouble == Trouble.TOO_LARGE


def test_a_zip_of_too_many_entries_is_refused(packed):
    data = packed({f"{number}.xml": "" for number in range(5001)})
    assert read_text(data, KINDS["docx"]).trouble == Trouble.TOO_LARGE


def test_a_deep_nest_of_xml_ends_in_a_sentence(packed):
    data = document_with(packed, "<sdt>" * 5000 + "</sdt>" * 5000)
    assert read_text(data, KINDS["docx"]).trouble in (Trouble.DAMAGED, Trouble.TOO_LARGE)


# --- limits ----------------------------------------------------------------------------------------------------------


def test_more_pages_than_allowed_are_left_out_and_said(read):
    reading = read("pdf/meeting_minutes_eu_webinar.pdf", pages=4)
    assert (len(reading.pages), reading.trouble) == (4, Trouble.TOO_LARGE)


def test_more_characters_than_allowed_are_left_out_and_said(read):
    reading = read("attack/xss-payload-list.txt", characters=10_000)
    assert reading.trouble == Trouble.TOO_LARGE
    assert sum(len(page.text) for page in reading.pages) == 10_000


def test_a_file_larger_than_allowed_is_not_opened(read):
    assert read("pdf/meeting_minutes_eu_webinar.pdf", size=1000).trouble == Trouble.TOO_LARGE


@pytest.mark.slow
def test_time_ends(packed):
    rows = "".join(f"<p><r><t>{number}</t></r></p>" for number in range(2_000_000))
    started = time.monotonic()
    reading = read_text(document_with(packed, rows), KINDS["docx"], Limits(seconds=1))
    assert reading.trouble == Trouble.TOO_LARGE
    assert time.monotonic() - started < 3


@pytest.mark.slow
def test_memory_ends(packed):
    rows = "".join(f"<p><r><t>{number}</t></r></p>" for number in range(1_000_000))
    reading = read_text(document_with(packed, rows), KINDS["docx"], Limits(memory=300 << 20))
    assert reading.trouble == Trouble.TOO_LARGE


def test_a_sheet_that_lies_about_its_size_ends_by_memory(given):
    source = zipfile.ZipFile(io.BytesIO(given("xlsx/xlsx_QQQ1234567.xlsx")))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name).replace(b'ref="A1:QQQ123456"', b'ref="A1:B2"'))
    reading = read_text(target.getvalue(), KINDS["xlsx"])
    assert reading.trouble == Trouble.TOO_LARGE


def test_a_page_that_was_told_is_kept_when_the_next_one_kills_the_child(monkeypatch, tmp_path, given):
    from app.formats import child

    liar = tmp_path / "liar.py"
    liar.write_text(
        "import sys, os\nsys.stdin.buffer.read()\n"
        'print(\'{"shut": true}\\n{"page": ["page 1", "kept"]}\\n{"page": ["pa\', end=\'\', flush=True)\n'
        "os.abort()\n"
    )
    monkeypatch.setattr(child, "_JAIL", liar)
    reading = read_text(given("pdf/habibi.pdf"), KINDS["pdf"])
    assert (words(reading), reading.trouble) == ("kept", Trouble.TOO_LARGE)


def test_a_child_that_writes_without_end_is_stopped(monkeypatch, tmp_path, given):
    from app.formats import child

    liar = tmp_path / "liar.py"
    liar.write_text("import sys\nwhile True:\n    sys.stdout.write('x' * 65536)\n")
    monkeypatch.setattr(child, "_JAIL", liar)
    started = time.monotonic()
    limits = Limits(characters=1000, rows=0, pages=1)
    assert read_text(given("pdf/habibi.pdf"), KINDS["pdf"], limits).trouble == Trouble.TOO_LARGE
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("line", ["[1]", '{"page": 3}', '{"page": ["a"]}', '{"page": [1, "b"]}', "\\xff", "null"])
def test_a_child_that_talks_nonsense_is_not_believed(monkeypatch, tmp_path, given, line):
    from app.formats import child

    liar = tmp_path / "liar.py"
    liar.write_text(f"import sys\nsys.stdin.buffer.read()\nprint('{{\"shut\": true}}')\nprint('{line}')\n")
    monkeypatch.setattr(child, "_JAIL", liar)
    reading = read_text(given("pdf/habibi.pdf"), KINDS["pdf"])
    assert (reading.pages, reading.trouble) == ((), Trouble.DAMAGED)
