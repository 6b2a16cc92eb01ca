"""Copy the front-end libraries out of node_modules into static/vendor, so that a server needs no Node.

Run after `npm ci --ignore-scripts`. The typeface, crown and crest are reserved for GOV.UK: the typeface is replaced by
the reader's system font, and no GOV.UK picture is copied. Every address becomes relative: no other host is asked.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

GOVUK = PACKAGES / "govuk-frontend" / "dist" / "govuk"
MOJ = PACKAGES / "@ministryofjustice" / "frontend" / "moj"

FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'

# The npm packages of both design systems name the MIT licence but do not carry its text.
MIT = """\
The MIT License (MIT)

Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

PICTURE = re.compile(r"url\([\"']?/assets/images/([^)\"']+)[\"']?\)")
LOADS_FROM_ELSEWHERE = re.compile(
    r"url\(\s*[\"']?(?:https?:)?//|@import|\b(?:src|href)=[\"'](?:https?:)?//"
    r"|\b(?:from|import|fetch|import\()\s*\(?[\"'](?:https?:)?//"
)


def style(source: Path, target: Path, pictures: Path) -> None:
    """Copy a style sheet with the system font and the pictures it still uses, laid beside it."""
    css = source.read_text("utf-8")
    css = re.sub(r"/\*!(?:(?!\*/).)*\*/(?=@font-face)", "", css, flags=re.DOTALL)
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", FONT)
    css = PICTURE.sub(lambda found: "none" if "crest" in found[1] else f"url(images/{found[1]})", css)
    for name in sorted(set(re.findall(r"url\(images/([^)]+)\)", css))):
        copy(pictures / name, target.parent / "images" / name)
    write(target, css)


def script(source: Path, target: Path) -> None:
    write(target, source.read_text("utf-8"))


def write(target: Path, text: str) -> None:
    text = re.sub(r"\n?(?:/\*|//)# sourceMappingURL=.*", "", text).rstrip() + "\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def check(folder: Path) -> None:
    """Fail when a vendored file still names the reserved typeface, a crest or another host's file."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".css", ".js", ".svg"}:
            continue
        text = path.read_text("utf-8")
        assert "GDS Transport" not in text, f"{path}: still names GDS Transport"
        assert "/assets/" not in text, f"{path}: still has an absolute address"
        assert "crest" not in path.name and "crown" not in path.name, f"{path}: reserved for GOV.UK"
        assert not (found := LOADS_FROM_ELSEWHERE.search(text)), f"{path}: loads from elsewhere: {found and found[0]}"
        assert "sourceMappingURL" not in text, f"{path}: asks for a source map"


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)

    govuk = VENDOR / "govuk-frontend"
    style(GOVUK / "govuk-frontend.min.css", govuk / "govuk-frontend.min.css", GOVUK / "assets" / "images")
    script(GOVUK / "govuk-frontend.min.js", govuk / "govuk-frontend.min.js")
    write(govuk / "LICENSE.txt", MIT.format(holder="2017 Crown Copyright (Government Digital Service)"))

    moj = VENDOR / "moj-frontend"
    style(MOJ / "moj-frontend.min.css", moj / "moj-frontend.min.css", MOJ / "assets" / "images")
    script(MOJ / "moj-frontend.min.js", moj / "moj-frontend.min.js")
    write(moj / "LICENSE.txt", MIT.format(holder="2019 Ministry of Justice"))

    htmx = VENDOR / "htmx"
    script(PACKAGES / "htmx.org" / "dist" / "htmx.min.js", htmx / "htmx.min.js")
    copy(PACKAGES / "htmx.org" / "LICENSE", htmx / "LICENSE.txt")

    idb = VENDOR / "idb"
    script(PACKAGES / "idb" / "build" / "index.js", idb / "index.js")
    copy(PACKAGES / "idb" / "LICENSE", idb / "LICENSE.txt")

    check(VENDOR)

    # The accessibility checker is for the browser tests only and is never served.
    axe = ROOT / "tests" / "browser"
    script(PACKAGES / "axe-core" / "axe.min.js", axe / "axe.min.js")
    copy(PACKAGES / "axe-core" / "LICENSE", axe / "axe-LICENSE.txt")
    copy(PACKAGES / "axe-core" / "LICENSE-3RD-PARTY.txt", axe / "axe-LICENSE-3RD-PARTY.txt")


if __name__ == "__main__":
    main()
