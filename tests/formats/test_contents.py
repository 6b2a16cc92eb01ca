"""Files in files: listed first, taken out when asked, and none of it outside the closed process."""

import binascii
import hashlib
import io
import stat
import struct
import zipfile

import pytest

from app.formats.contents import IS_LINK, IS_OBJECT, NOT_KEPT, list_contents, take_out
from app.formats.kinds import KINDS, identify
from app.formats.outcome import Limits, Refused, Trouble
from app.formats.reading import read_text
from tests.formats.compound import compound, put_into

ZIP, EML, PDF = KINDS["zip"], KINDS["eml"], KINDS["pdf"]


def zipped(files, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return target.getvalue()


def taken(data, kind, *numbers):
    return [(name, b"".join(pieces)) for name, pieces in take_out(data, kind, numbers, list_contents(data, kind))]


def names(data, kind=ZIP):
    return [entry.name for entry in list_contents(data, kind).entries]


@pytest.mark.slow
def test_a_zip_says_what_is_in_it_and_gives_what_is_asked_for(given, tmp_path):
    minutes, sheet = given("pdf/habibi.pdf"), given("xlsx/actually_a_png.xlsx")
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"Wessex/": "", "Wessex/minutes.doc": minutes, "b.xlsx": sheet, "c.exe": b"MZ\x90\x00"}))
    found = list_contents(path, ZIP)
    assert found.trouble is None
    assert [(entry.number, entry.name, entry.kind.code, entry.why_not) for entry in found.entries] == [
        (1, "Wessex/minutes.doc", "pdf", ""),
        (2, "b.xlsx", "png", ""),
        (3, "c.exe", "unknown", NOT_KEPT),
    ]
    assert [(entry.size, entry.sha256) for entry in found.entries[:2]] == [
        (len(one), hashlib.sha256(one).hexdigest()) for one in (minutes, sheet)
    ]
    assert taken(path, ZIP, 2) == [("b.xlsx", sheet)]
    assert taken(path, ZIP, 2, 1) == [("Wessex/minutes.doc", minutes), ("b.xlsx", sheet)]
    with pytest.raises(Refused):
        taken(path, ZIP, 3)
    with pytest.raises(Refused):
        taken(path, ZIP, 4)


def test_names_that_would_lead_elsewhere_are_only_shown():
    wild = ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\a.txt", "a\nb.txt", "x" * 400 + ".txt"]
    data = zipped({name: f"Words {n}" for n, name in enumerate(wild)})
    assert names(data) == [*wild[:3], "a b.txt", "…" + ("x" * 400 + ".txt")[-254:]]
    assert taken(data, ZIP, 1) == [("../../etc/passwd", b"Words 0")]


def test_a_link_is_told_as_a_link(given):
    (entry,) = list_contents(given("attack/zip_with_symlink.zip"), ZIP).entries
    assert (entry.why_not, entry.sha256) == (IS_LINK, "")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        link = zipfile.ZipInfo("minutes.pdf")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, "/etc/passwd")
        package.writestr("a.txt", "words")
    assert [entry.why_not for entry in list_contents(target.getvalue(), ZIP).entries] == [IS_LINK, ""]


def test_what_has_a_password_is_told_and_the_rest_can_be_taken():
    data = bytearray(zipped({"secret.txt": "words", "open.txt": "other words"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1
    found = list_contents(bytes(data), ZIP)
    assert [entry.why_not for entry in found.entries] == [Trouble.PASSWORD.sentence, ""]
    assert taken(bytes(data), ZIP, 2) == [("open.txt", b"other words")]


def test_one_damaged_file_does_not_spoil_the_others():
    data = zipped({"a.txt": "The panel met in March.", "b.txt": "words"}, zipfile.ZIP_STORED)
    data = data.replace(b"met in March", b"met in Marsh")
    assert [entry.why_not for entry in list_contents(data, ZIP).entries] == [Trouble.DAMAGED.sentence, ""]
    assert list_contents(data[:40], ZIP).trouble is Trouble.DAMAGED


@pytest.mark.slow
def test_bombs_are_refused_with_a_sentence():
    many = zipped({f"{n}.txt": "" for n in range(5_001)})
    assert list_contents(many, ZIP).trouble is Trouble.TOO_LARGE
    assert list_contents(many, ZIP).entries == ()
    one = zipped({"a.txt": bytes(50 << 20), "b.txt": "words"})
    assert [entry.why_not for entry in list_contents(one, ZIP).entries] == [Trouble.TOO_LARGE.sentence, ""]
    large = zipped({f"{n}.txt": bytes(9 << 20) for n in range(3)})
    assert list_contents(large, ZIP, Limits(unpacked=20 << 20)).trouble is Trouble.TOO_LARGE
    lying = bytearray(zipped({"a.txt": bytes(9 << 20)}))
    size = (9 << 20).to_bytes(4, "little")
    for _time in range(2):
        at = lying.find(size)
        lying[at : at + 4] = (100).to_bytes(4, "little")
    (entry,) = list_contents(bytes(lying), ZIP).entries
    assert entry.why_not == Trouble.DAMAGED.sentence


@pytest.mark.slow
def test_five_thousand_files_are_listed():
    assert len(names(zipped({f"{n}.txt": f"{n}" for n in range(5_000)}))) == 5_000


@pytest.mark.slow
def test_what_is_attached_to_a_message(given):
    data = given("email/fake-email-attachment.eml")
    (entry,) = list_contents(data, EML).entries
    assert (entry.name, entry.kind.code, entry.why_not) == ("fake-attachment.txt", "txt", "")
    assert b"fake attachment" in taken(data, EML, 1)[0][1]
    assert list_contents(given("email/fake-email-b64.eml"), EML).entries == ()


def test_a_message_in_a_message_comes_out_as_a_message(given):
    found = list_contents(given("email/mime-multipart-digest.eml"), EML).entries
    assert found and {entry.kind.code for entry in found} == {"eml"}
    assert all(entry.name.endswith(".eml") for entry in found)


A_MESSAGE = b"""From: a@example.org
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

The panel met.
%s
--x--
"""


PARTS = [  # each with what it is said to be
    (b"Content-Type: message/rfc822; name=attachment\n\nSubject: s\n\nx", "attachment.eml", "eml", b"Subject: s"),
    (b"Content-Type: message/global\n\nSubject: s\n\ny", "s.eml", "eml", b"Subject: s"),
    (
        b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogcwoKSGVsbG8=",
        "message.eml",
        "eml",
        b"Subject: s\n\nHello",
    ),
    (b"Content-Type: message/delivery-status\n\nA: b\n\nC: d", "message.txt", "txt", b"A: b"),
    (b"Content-Type: application/rtf\n\n{\\rtf1 x}", "file without a name", "rtf", b"{\\rtf1"),
    (b"Content-Type: text/csv\n\nname,role", "file without a name", "txt", b"name,role"),
    (b"Content-Type: x/y; name=x.bin\n\nFrom: a\nMIME-Version: 1.0\n\nx", "x.bin", "eml", b"From: a"),
    (
        b"Content-Type: multipart/digest; boundary=y\n\n--y\nContent-Type: multipart/mixed; boundary=z\n\n%s"
        % b"--z\nContent-Type: text/plain; name=a.txt\n\nwords\n--z--\n--y--",
        "a.txt",
        "txt",
        b"words",
    ),
]


@pytest.mark.slow
def test_whatever_is_not_a_messages_own_words_is_a_file_in_it():
    data = A_MESSAGE % b"".join(b"--x\n" + part + b"\n" for part, *_ in PARTS)
    found = list_contents(data, EML).entries
    assert [(entry.name, entry.kind.code) for entry in found] == [(name, code) for _, name, code, _ in PARTS]
    assert all(entry.looked_into is (entry.kind is not EML) for entry in found), "a message is to be taken in"
    out = taken(data, EML, *range(1, len(PARTS) + 1))
    assert all(said in content.replace(b"\r\n", b"\n") for (*_, said), (_, content) in zip(PARTS, out, strict=True))
    assert list_contents(A_MESSAGE % b"", EML).entries == ()


def in_words(name, content, end=b"`\nend\n"):
    lines = (binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return b"begin 644 " + name + b"\n" + b"".join(lines) + end


@pytest.mark.slow
def test_a_file_among_the_words_of_a_message_is_a_file_in_it():
    names = b"Names of the panel, " * 12 + b"Zaphira"
    whole, other = in_words(b"list of names.csv", names), in_words(b"b.txt", b"Zaphira").replace(b"\n", b"\r\n")
    cut_off, spoilt = in_words(b"c.txt", names)[:200], in_words(b"d.txt", names, b"") + b"Best wishes\nend\n"
    words = b"begin 100 days later\nas agreed\nend\nbegin 644 x\n`\nend\n"
    link = b"\n--x\nContent-Type: text/html\n\n<img src='data:image/png;base64,WmFw\n  aGlyYQ%3D%3D'>data:;base64,W"
    data = A_MESSAGE % b"\n".join(
        (words, whole, spoilt, other, b"begin-base64 644 e\nWmFwaGlyYQ==\n====", cut_off, link)
    )
    found = list_contents(data, EML).entries
    damaged = Trouble.DAMAGED.sentence
    assert [(entry.name, entry.why_not, entry.looked_into) for entry in found] == [
        ("list of names.csv", "", True),
        ("d.txt", damaged, False),
        ("b.txt", "", True),
        ("e", "", True),
        ("c.txt", damaged, False),
        ("in a link 1.png", "", True),
        ("in a link 2.bin", damaged, False),
    ]
    assert [content for _, content in taken(data, EML, 1, 3, 4, 6)] == [names, *(3 * [b"Zaphira"])]
    assert list_contents(data, EML, Limits(entries=2)).trouble is Trouble.TOO_LARGE
    assert list_contents(data, EML, Limits(unpacked=100)).trouble is Trouble.TOO_LARGE
    outlook = {"__properties_version1.0": bytes(32), "__substg1.0_1000001F": whole.decode().encode("utf-16-le")}
    assert taken(compound(outlook), KINDS["msg"], 1) == [("list of names.csv", names)]


@pytest.mark.slow
def test_a_mailbox_holds_its_messages_each_whole():
    words = b"Subject: %d\nMIME-Version: 1.0\n\nFrom me to you\n\nFrom where I sit\n>From the heart\n"
    data = b"".join(b"From a@b Mon Mar  2 10:00:00 2026\n" + words % number + b"\n" for number in range(3))
    found = list_contents(data, KINDS["mbox"]).entries
    assert [(entry.name, entry.kind.code, entry.looked_into) for entry in found] == [
        (f"{number}.eml", "eml", False) for number in range(3)
    ]
    assert taken(data, KINDS["mbox"], 2) == [("1.eml", words % 1)]
    told = "\n".join(page.text for page in read_text(data, KINDS["mbox"]).pages)
    assert told.count("From where I sit") == 3 and "Subject: 2" in told
    assert list_contents(data, KINDS["mbox"], Limits(entries=2)).trouble is Trouble.TOO_LARGE


@pytest.mark.slow
def test_a_file_in_a_pdf(given):
    data = given("pdf/with-attachment.pdf")
    (entry,) = list_contents(data, PDF).entries
    assert (entry.why_not, entry.kind.code) == ("", "png") and entry.size > 0
    assert len(taken(data, PDF, 1)[0][1]) == entry.size
    assert list_contents(given("pdf/habibi.pdf"), PDF) == list_contents(given("pdf/crazyones-pdfa.pdf"), PDF)
    assert list_contents(given("pdf/libreoffice-writer-password.pdf"), PDF).trouble is Trouble.PASSWORD


PINNED = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Annots[4 0 R 7 0 R]>>endobj
4 0 obj<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 5 0 R>>endobj
5 0 obj<</Type/Filespec/F(minutes.txt)/UF(minutes.txt)/EF<</F 6 0 R>>>>endobj
6 0 obj<</Type/EmbeddedFile/Length 5>>stream
words
endstream endobj
7 0 obj<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 99 0 R>>endobj
trailer<</Root 1 0 R>>
"""


def test_a_file_that_is_pinned_to_a_page_of_a_pdf():
    assert taken(PINNED, PDF, 1) == [("minutes.txt", b"words")]


def native(path, content):
    """A file as Windows wraps it."""
    told = b"\x02\0" + path.rpartition(b"\\")[2] + b"\0" + path + b"\0" + struct.pack("<II", 0x30000, len(path) + 1)
    told += path + b"\0" + struct.pack("<I", len(content)) + content
    return struct.pack("<I", len(told)) + told


RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="/word/Notes.xml"/>
<Relationship Id="r2" Type="x/image" Target="media/image1.png"/></Relationships>"""


@pytest.mark.slow
def test_the_files_in_an_office_file_are_told_beside_its_own_parts(given):
    sheet, old, plain = given("xlsx/emoji.xlsx"), given("xlsx/EXCEL_95.XLS"), given("docx/original.docx")
    unknown, equation = compound({"Contents": b"?"}), compound({"Equation Native": b"x", "\x01CompObj": b""})
    files = {
        "word/embeddings/Microsoft_Excel_Sheet1.xlsx": (sheet, "word/embeddings/Microsoft_Excel_Sheet1.xlsx", "xlsx"),
        "word/embeddings/oleObject1.bin": (compound({"Package": sheet}), "word/embeddings/oleObject1.xlsx", "xlsx"),
        "word/embeddings/oleObject2.bin": (
            compound({"\x01Ole10Native": native(b"C:\\Anna\\minutes.txt", b"words")}),
            "word/embeddings/oleObject2/minutes.txt",
            "txt",
        ),
        "word/embeddings/oleObject3.bin": (old, "word/embeddings/oleObject3.xls", "xls"),
        "word/embeddings/oleObject4.bin": (unknown, "word/embeddings/oleObject4.bin", IS_OBJECT),
        "word/embeddings/oleObject5.bin": (old[:700], "word/embeddings/oleObject5.bin", IS_OBJECT),
        "word/embeddings/oleObject6.bin": (equation, "", ""),
        "word/media/image8.png": (b"\x89PNG", "", ""),
        "word/media/image9.png": (sheet, "word/media/image9.png", "xlsx"),
        "word/media/media1.mp4": (bytes(range(64)), "word/media/media1.mp4", NOT_KEPT),
        "word/afchunk1.txt": (b"From: a\nMIME-Version: 1.0\n\nx", "word/afchunk1.txt", "eml"),
        "word/notes.xml": (b"<x>Anna</x>", "word/notes.xml", "txt"),
        "word/_rels/header9.xml.rels": (RELATIONS, "", ""),
        "word/_rels/header8.xml.rels": ("<broken", "", ""),
        "word/printerSettings1.bin": (b"?", "", ""),
        "word/metadata": (b"as Google writes it", "", ""),
        "word/vbaProject.bin": (compound({"VBA": {"dir": b"x"}}), "", ""),
    }
    data = put_into(plain, {name: content for name, (content, *_) in files.items()})
    found = list_contents(data, KINDS["docx"])
    assert found.trouble is None
    assert [(entry.name, entry.why_not or entry.kind.code) for entry in found.entries] == [
        (name, said) for _, name, said in files.values() if name
    ]
    assert [entry.name[-5:-4] for entry in found.entries if not entry.looked_into] == ["4", "5", "1"]
    assert taken(data, KINDS["docx"], 1, 2, 3, 4) == [
        ("word/embeddings/Microsoft_Excel_Sheet1.xlsx", sheet),
        ("word/embeddings/oleObject1.xlsx", sheet),
        ("word/embeddings/oleObject2/minutes.txt", b"words"),
        ("word/embeddings/oleObject3.xls", old),
    ]
    assert [read_text(one, KINDS["docx"]).holds_files for one in (data, plain)] == [True, False]


@pytest.mark.slow
def test_what_hides_in_office_files_or_does_not_fit_is_told(given):
    words, sheet = given("docx/original.docx"), given("xlsx/emoji.xlsx")
    with_sheet = put_into(words, {"word/embeddings/a.xlsx": sheet})
    bomb = put_into(with_sheet, {"word/embeddings/b.bin": bytes(50 << 20)})
    first, second = list_contents(bomb, KINDS["docx"]).entries
    assert (first.why_not, second.why_not, second.looked_into) == ("", Trouble.TOO_LARGE.sentence, False)
    wide = put_into(words, {f"word/embeddings/{n}.bin": compound({"Package": sheet}) for n in range(9)})
    assert list_contents(wide, KINDS["docx"], Limits(unpacked=30_000)).trouble is Trouble.TOO_LARGE
    text = put_into(
        given("docx/text_document_01.odt"), {"Object 1/content.xml": "<x>Anna</x>", "Object 1/styles.xml": ""}
    )
    text = put_into(text, {"Object 2": compound({"EmbeddedOdf": given("docx/text_document_01.odt")})})
    assert names(text, KINDS["odt"]) == ["Object 1/content.xml", "Object 2.odt"]
    inner = {"a.docx": with_sheet, "b.docx": words, "c.pdf": given("pdf/with-attachment.pdf"), "d.docx": words[:9000]}
    assert [entry.looked_into for entry in list_contents(zipped(inner), ZIP).entries] == [False, True, False, False]


def test_what_is_no_container_holds_nothing():
    assert list_contents(b"words", KINDS["txt"]).trouble is Trouble.NOT_READ


@pytest.mark.slow
def test_what_is_attached_to_a_message_of_outlook(given):
    data = given("email/fake-email-attachment.msg")
    (entry,) = list_contents(data, KINDS["msg"]).entries
    assert (entry.name, entry.why_not) == ("fake-attachment.txt", "")
    assert b"fake attachment" in taken(data, KINDS["msg"], 1)[0][1]
    assert list_contents(given("email/fake-email-with-cc-and-bcc.msg"), KINDS["msg"]).entries == ()


@pytest.mark.slow
def test_what_is_attached_to_a_message_in_a_message_of_outlook_is_found_at_every_depth():
    def message(depth):
        name, head = "__substg1.0_3707001F", bytes(32)
        held = {name: "a.txt".encode("utf-16-le"), "__substg1.0_37010102": b"words %d" % depth}
        inner = {name: "inner".encode("utf-16-le"), "__substg1.0_3701000D": message(depth - 1)} if depth else {}
        return {"__properties_version1.0": head, "__attach_version1.0_#0": held} | (
            {"__attach_version1.0_#1": inner} if depth else {}
        )

    data = compound(message(2))
    assert identify(data, "x").code == "msg"
    found = list_contents(data, KINDS["msg"]).entries
    assert [(entry.name, entry.why_not == "") for entry in found] == [
        ("a.txt", True),
        ("inner", False),
        ("inner/a.txt", True),
        ("inner/inner", False),
        ("inner/inner/a.txt", True),
    ]
    assert taken(data, KINDS["msg"], 5) == [("inner/inner/a.txt", b"words 0")]
    assert list_contents(compound(message(21)), KINDS["msg"]).trouble is Trouble.TOO_LARGE
