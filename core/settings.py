"""All settings, read once and checked at start. Nothing else reads the environment."""

import fcntl
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what it may be."""


def _setting(default: str, told: str) -> Any:
    return field(default=default, metadata={"told": told})


@dataclass(frozen=True)
class Settings:
    """What can be set, by environment variable or a line of ``DATA_DIR/settings.env``.

    The README's table is made of these fields and checked against them by a test.
    """

    data_dir: Path = field(default=_ROOT / "var", metadata={"told": "the folder a city lives in"})
    database_url: str = _setting("", "a PostgreSQL server of yours; empty: a private cluster in DATA_DIR")
    secret_key: str = _setting("", "signs sessions; made on first start")
    default_language: str = _setting("fa", "fa or en: what a visitor without a preference reads")
    trusted_proxies: str = _setting("0", "how many proxies stand in front and set X-Forwarded-For")

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None, data_dir: Path | str | None = None) -> "Settings":
        """Read the environment over ``settings.env`` of the data folder.

        Raises SettingsError naming the setting at fault.
        """
        env = os.environ if env is None else env
        folder = Path(data_dir or env.get("DATA_DIR") or _ROOT / "var").expanduser().resolve()
        values = {**_read_file(folder / "settings.env"), **{k: v for k, v in env.items() if k in _NAMES}}
        fields: dict[str, Any] = {name.lower(): value for name, value in values.items()}
        fields["data_dir"] = folder
        settings = cls(**fields)
        settings._check()
        return settings

    def with_secret(self) -> "Settings":
        """These settings with a secret key, made and kept in ``settings.env`` on the first start."""
        if self.secret_key:
            return self
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / "settings.env"
        # Under a lock, so that two workers starting at once agree on one key.
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = _read_file(path).get("SECRET_KEY")
            if not known:
                known = secrets.token_hex(32)
                # The file may end in the middle of a line that somebody typed.
                file.write(
                    f"\nSECRET_KEY={known}\n"
                    if file.read()[-1:] not in ("", "\n")
                    else f"SECRET_KEY={known}\n"
                )
        return Settings(**{**self.__dict__, "secret_key": known})

    def _check(self) -> None:
        schemes = ("postgresql://", "postgres://", "postgresql+psycopg2://")
        if self.database_url and not self.database_url.startswith(schemes):
            given = self.database_url.split(":")[0]
            raise SettingsError(f"DATABASE_URL: a postgresql:// address is needed, not {given!r}")
        if self.default_language not in ("fa", "en"):
            raise SettingsError(f"DEFAULT_LANGUAGE: fa or en, not {self.default_language!r}")
        if not self.trusted_proxies.isdigit():
            raise SettingsError(f"TRUSTED_PROXIES: a whole number, not {self.trusted_proxies!r}")


def terminal_language(env: Mapping[str, str] | None = None) -> str:
    """The language that whoever types commands has asked of the terminal: Persian, or else English.

    Not the C library's answer, which is English wherever the Persian locale itself is not installed.
    """
    env = os.environ if env is None else env
    asked = next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "")
    return "fa" if asked.startswith("fa") else "en"


_NAMES = frozenset(name.upper() for name in Settings.__dataclass_fields__)


def _read_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; blank ones and those behind # are passed over."""
    if not path.is_file():
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or name.strip() not in _NAMES:
            raise SettingsError(f"{path}, line {number}: {name.strip()!r} is no setting")
        values[name.strip()] = value.strip().strip("'\"")
    return values
