"""Writes the JSON Schema of exports, as it is published: static/schema/evidence-matrix.schema.json.

python -m scripts.schema
"""

import json
from pathlib import Path

from app.matrix.schema import published

PATH = Path(__file__).resolve().parent.parent / "static" / "schema" / "evidence-matrix.schema.json"


def as_text() -> str:
    return json.dumps(published(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(as_text(), encoding="utf-8")
