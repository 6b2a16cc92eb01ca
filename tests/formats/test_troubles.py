"""Macros, and things that lie in one another."""

import io
import struct
import zipfile
from email.message import EmailMessage

import pytest

from app.formats.extract.samples import sample
from app.formats.kinds import KINDS, identify
from app.formats.outcome import Limits, Trouble
from app.formats.reading import read_text

PROJECTS = {"docx": "word/vbaProject.bin", "xlsx": "xl/vbaProject.bin", "pptx": "ppt/vbaProject.bin"}


def with_part(data, name):
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr(name, b"Sub AutoOpen()")
    return target.getvalue()


@pytest.mark.parametrize(("code", "part"), [*PROJECTS.items(), ("odt", "Basic/Standard/Module1.xml")])
def test_a_file_with_a_macro_is_read_and_says_so(code, part):
    reading = read_text(with_part(sample(code), part), KINDS[code])
    assert "Sample" in reading.pages[0].text + reading.pages[0].label
    assert reading.trouble == Trouble.MACRO and "never runs" in reading.trouble.sentence
    assert "AutoOpen" not in "".join(page.text for page in reading.pages)
    assert read_text(sample(code), KINDS[code]).trouble is None


def renamed(data, old, new):
    """An OLE file in which one entry of the directory is called otherwise."""
    at = data.index(old.encode("utf-16-le"))
    at -= at % 128
    name = new.encode("utf-16-le")
    return data[:at] + name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2) + data[at + 66 :]


def test_an_old_file_with_a_macro_says_so_too(given):
    data = given("xlsx/EXCEL_95.XLS")
    assert read_text(data, KINDS["xls"]).trouble == Trouble.NOT_READ
    data = renamed(data, "\x05SummaryInformation", "_VBA_PROJECT_CUR")
    assert identify(data, "old.xls") == KINDS["xls"]
    assert read_text(data, KINDS["xls"]).trouble == Trouble.MACRO_KEPT


def mail_in_mail(depth):
    inner = b"Subject: innermost\n\nHello"
    for number in range(depth):
        inner = b"Subject: %d\nContent-Type: message/rfc822\n\n" % number + inner
    return inner


def test_a_message_in_a_message_is_read():
    message = EmailMessage()
    message["Subject"] = "outer"
    message.set_content("See below.")
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("The words that matter.")
    message.add_attachment(inner)
    reading = read_text(message.as_bytes(), KINDS["eml"])
    assert reading.trouble is None and [page.label for page in reading.pages][1].startswith("message 2")
    assert "The words that matter." in reading.pages[1].text


@pytest.mark.parametrize("depth", [21, 5000])
def test_messages_within_one_another_have_a_bound(depth):
    assert read_text(mail_in_mail(20), KINDS["eml"]).trouble is None
    assert read_text(mail_in_mail(depth), KINDS["eml"]).trouble == Trouble.TOO_LARGE


def docx(body):
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>',
    }


@pytest.mark.parametrize("tag", ["ins", "tbl"])
def test_xml_within_itself_has_a_bound(packed, tag):
    words = "<w:p><w:r><w:t>Deep</w:t></w:r></w:p>"
    assert "Deep" in read_text(packed(docx(f"<w:ins>{words}</w:ins>")), KINDS["docx"]).pages[0].text
    deep = docx(f"<w:{tag}>" * 5000 + words + f"</w:{tag}>" * 5000)
    assert read_text(packed(deep), KINDS["docx"]).trouble == Trouble.TOO_LARGE


@pytest.mark.parametrize("cut", [300, 2000, 8000])
def test_half_an_outlook_message_is_damaged(given, cut):
    data = given("email/fake-email-attachment.msg")
    assert read_text(data[:cut], KINDS["msg"]).trouble == Trouble.DAMAGED


def test_an_outlook_message_whose_chain_is_a_ring_ends(given):
    data = bytearray(given("email/fake-email-attachment.msg"))
    table = struct.unpack_from("<I", data, 0x4C)[0]
    directory = struct.unpack_from("<I", data, 0x30)[0]
    struct.pack_into("<I", data, (table + 1) * 512 + directory * 4, directory)
    assert read_text(bytes(data), KINDS["msg"], Limits(seconds=10)).trouble == Trouble.DAMAGED


def test_an_outlook_message_shows_what_mail_shows(given):
    (page,) = read_text(given("email/fake-email-with-cc-and-bcc.msg"), KINDS["msg"]).pages
    assert page.text.split("\n") == [
        "From: John <johnjennings702@gmail.com>",
        "To: John Jennings <john-ctr@unstructured.io>",
        "Cc: steve@unstructured.io",
        "Bcc: hello@unstructured.io",
        "Date: Mon, 29 Jul 2024 16:38:11 -0400",
        "Subject: Fake email with cc and bcc recipients",
        "",
        "This is a test email. Please ignore.",
        "",
        "All the best,",
        "John",
    ]
