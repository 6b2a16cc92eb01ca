"""Settings that follow from the environment."""

from pathlib import Path

from config import settings


def test_a_demonstration_beside_the_real_thing_signs_nobody_out_of_it(tmp_path: Path) -> None:
    # Browsers keep one cookie for all ports of a host.
    data = {"FIELDBOOK_DATA_DIR": str(tmp_path)}
    real, demonstration = settings(data), settings(data | {"FIELDBOOK_CLOCK": "2026-04-16T09:40"})
    assert real["SESSION_COOKIE_NAME"] == "fieldbook"
    assert demonstration["SESSION_COOKIE_NAME"] != real["SESSION_COOKIE_NAME"]
