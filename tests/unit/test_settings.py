"""Settings: read from the environment over the data folder's file, checked at start, told in the README."""

from dataclasses import fields
from pathlib import Path

import pytest

from core.settings import Settings, SettingsError, terminal_language

ROOT = Path(__file__).resolve().parents[2]


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("# ours\nTRUSTED_PROXIES=1\nDEFAULT_LANGUAGE=en\n")
    settings = Settings.load({"TRUSTED_PROXIES": "2", "HOME": "/nowhere"}, tmp_path)
    assert (settings.trusted_proxies, settings.default_language) == ("2", "en")


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DEFAULT_LANGUAGE": "de"}, "DEFAULT_LANGUAGE"),
        ({"PUBLIC_URL": "map.example.org"}, "PUBLIC_URL"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
        ({"TIME_ZONE": "Tehran"}, "TIME_ZONE"),
        ({"TIME_ZONE": "../../etc/passwd"}, "TIME_ZONE"),
        ({"TIME_ZONE": ""}, "TIME_ZONE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, env: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.load(env, tmp_path)


def test_an_unknown_line_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("SECRET_KEY=x\nMAILURL=smtp://x\n")
    with pytest.raises(SettingsError, match=r"line 2.*MAILURL"):
        Settings.load({}, tmp_path)


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = Settings.load({}, tmp_path / "new").with_secret()
    second = Settings.load({}, tmp_path / "new").with_secret()
    assert len(first.secret_key) == 64
    assert first.secret_key == second.secret_key
    assert (tmp_path / "new" / "settings.env").stat().st_mode & 0o077 == 0


def test_readme_tells_of_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        row = f"| `{field.name.upper()}` | {field.metadata['told']} |"
        assert row in readme, row


@pytest.mark.parametrize(
    ("env", "spoken"),
    [
        ({"LANG": "fa_IR.UTF-8"}, "fa"),
        ({"LANG": "fa_IR.UTF-8", "LC_CTYPE": "C.UTF-8"}, "fa"),
        ({"LANG": "fa_IR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "fa_IR", "LANG": "en_US"}, "fa"),
        ({}, "en"),
    ],
)
def test_commands_speak_the_terminals_language(env: dict[str, str], spoken: str) -> None:
    assert terminal_language(env) == spoken
