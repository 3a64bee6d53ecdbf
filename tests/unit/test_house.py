"""Rules of the house that a machine can check."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|npmmirror|deb\.debian\.org|--(extra-)?index-url|--find-links"
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_names_a_package_registry() -> None:
    for path in committed():
        if path.suffix in (".woff2", ".png", ".jpg", ".webp", ".gz") or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not REGISTRIES.search(text), path


def test_no_migration_imports_the_application() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"^(from|import) (core|accounts|layers|parcels|permits|reports|webmap)\b", text, re.M
        ), path
        assert re.fullmatch(r"\d{8}_\d{4}_[a-z0-9_]+", path.stem), path


@pytest.mark.parametrize("package", ["core", "layers", "parcels", "webmap"])
def test_a_file_says_why_it_exists(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith('"""'), f"{path} does not say in its first line why it exists"


_MACHINES_DAY = re.compile(r"\bdate\.today\(|\butcnow\(")
_SERVERS_DAY = re.compile(r"\bcurrent_date\(|\bnow\([^)]*\)\.date\(|\.date\(\)\s*\||\.strftime\([^)]*\)\s*\|")
_BROWSERS_DAY = re.compile(r"formatDay\(new Date\(\)\)|new Date\(\)\.(get|toLocale)")


def test_the_city_alone_says_what_day_it_is() -> None:
    """At night the day of a server, or of a browser abroad, is not the city's: core/local_time.py tells."""
    asked = 0
    for path in committed():
        name = path.relative_to(ROOT).as_posix()
        if (
            path == Path(__file__)
            or name == "core/local_time.py"
            or path.suffix not in (".py", ".html", ".js")
        ):
            continue
        written = path.read_text(encoding="utf-8")
        asked += 1
        if path.suffix == ".js":
            assert not _BROWSERS_DAY.search(written), name
        else:
            assert not _MACHINES_DAY.search(written), name
            # Tests may ask the database itself, and reckon what it should have said.
            assert name.startswith("tests/") or not _SERVERS_DAY.search(written), name
    assert asked > 300


def test_what_few_need_is_not_loaded_by_all() -> None:
    # Each of them is a second or half of every command's start, and tens of megabytes of every worker.
    told = (
        "import sys, webmap; print(*({'weasyprint', 'folium', 'fontTools', 'pyogrio'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
