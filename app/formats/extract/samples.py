"""One tiny file of each kind, parsed before the doors shut: afterwards no library can be loaded any more.

(Seen: `email` imports a module when it meets its first message, `zipfile` when it meets its first compressed entry.)
"""

import io
import zipfile

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/"
_NUMBER_FORMATS = '<cellXfs count="1"><xf numFmtId="14"/></cellXfs>'


def sample(code: str) -> bytes:
    """Bytes of a small good file of this kind. Raises KeyError for a kind without one."""
    return _picture(code) if code in ("png", "jpeg", "tiff") else _SAMPLES[code]


def _picture(code: str) -> bytes:
    from PIL import Image  # loaded already by whoever wants such a sample, and by nobody else

    packed = io.BytesIO()
    Image.new("RGB", (2, 2)).save(packed, code, **({"compression": "tiff_lzw"} if code == "tiff" else {}))
    return packed.getvalue()


def _relations(*parts: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, start=1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )


def _zipped(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in parts.items():
            target.writestr(name, text)
    return packed.getvalue()


_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 34>>stream
BT /F 9 Tf 9 50 Td (Sample) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""

_EML = """From: =?utf-8?q?A_person?= <a@example.org>
To: b@example.org
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: =?utf-8?b?U2FtcGxl?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Caf=E9
--x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+U2FtcGxlPC9wPg==
--x
Content-Type: application/octet-stream
Content-Disposition: attachment; filename*=utf-8''a%20b.txt

x
--x
Content-Type: message/rfc822

Subject: =?utf-8?b?U2FtcGxl?=

Caf\u00e9
--x--
""".replace("\n", "\r\n").encode()

_SAMPLES = {
    "pdf": _PDF,
    "docx": _zipped(
        **{
            "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="{_MAIN}wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>Sample</w:t></w:r></w:p></w:body></w:document>",
        }
    ),
    "xlsx": _zipped(
        **{
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}spreadsheetml/2006/main" xmlns:r="{_RELATION}"><sheets>'
            '<sheet name="Sample" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}spreadsheetml/2006/main">{_NUMBER_FORMATS}</styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}spreadsheetml/2006/main"><sheetData><row r="1">'
            '<c r="A1" s="0"><v>46000</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c>'
            "</row></sheetData></worksheet>",
        }
    ),
    "pptx": _zipped(
        **{
            "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
            "ppt/_rels/presentation.xml.rels": _relations(("slide", "slides/slide1.xml")),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{_MAIN}presentationml/2006/main" xmlns:r="{_RELATION}">'
            '<p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/slides/slide1.xml": f'<p:sld xmlns:p="{_MAIN}presentationml/2006/main" '
            f'xmlns:a="{_MAIN}drawingml/2006/main"><a:p><a:r><a:t>Sample</a:t></a:r></a:p></p:sld>',
        }
    ),
    "odt": _zipped(
        **{
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": '<o:c xmlns:o="urn:o" xmlns:t="urn:t"><o:text><t:p>Sample</t:p></o:text></o:c>',
        }
    ),
    # A template with one gap, behind what is asked for; see letter.py.
    "letter": b'{"lines": "x", "values": {"gap": "a\\nb"}, "rows": []}\n'
    + _zipped(
        **{
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
            '.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="{_MAIN}wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>{{gap}}</w:t></w:r></w:p></w:body></w:document>",
        }
    ),
    "eml": _EML,
    "mbox": b"From a\r\n" + _EML,
    "zip": _zipped(**{"a/b.txt": "Sample"}),
    "csv": 'a,"b\nc"\n1,2\n'.encode("utf-16"),
    "txt": "Caf\u00e9".encode("cp1252"),
    # Their readers load nothing while they read: that this is damaged is all that is found out.
    **dict.fromkeys(("msg", "doc", "xls", "ppt"), b""),
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>Sample</v>\n",
}
