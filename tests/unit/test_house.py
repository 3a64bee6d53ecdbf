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


def test_what_few_need_is_not_loaded_by_all() -> None:
    # Each of them is a second or half of every command's start, and tens of megabytes of every worker.
    told = "import sys, webmap; print(*({'weasyprint', 'folium', 'fontTools'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
