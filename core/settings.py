"""All settings, read once and checked at start. Nothing else reads the environment."""

import fcntl
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    database_owner_url: str = _setting(
        "", "the same database as the owner of its tables, if DATABASE_URL is a role that owns none"
    )
    secret_key: str = _setting("", "signs sessions; made on first start")
    public_url: str = _setting(
        "", "the address people reach the city by; links in letters and certificates begin with it"
    )
    mail_url: str = _setting(
        "", "smtp://user:password@host:587?starttls=1 or smtps://…; empty: letters are printed"
    )
    mail_from: str = _setting("shahrnama@localhost", "whom letters come from")
    staff_second_factor: str = _setting("yes", "yes or no: staff sign in with a second factor")
    clamav_socket: str = _setting(
        "", "ClamAV's daemon, unix:///run/clamav/clamd.ctl or tcp://host:3310; empty: files are not scanned"
    )
    document_most_mb: str = _setting("50", "how large a file may be that people bring, in MB (1 to 60)")
    default_language: str = _setting("fa", "fa or en: what a visitor without a preference reads")
    time_zone: str = _setting(
        "Asia/Tehran", "the city's time zone, by its IANA name: when a day begins and ends"
    )
    calendar_file: str = _setting(
        "", "the city's working days and holidays (docs/clocks.md), from DATA_DIR on; empty: Iran's"
    )
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

    @property
    def owner_url(self) -> str:
        """The database as the owner of its tables; empty with a private cluster."""
        return self.database_owner_url or self.database_url

    def _check(self) -> None:
        schemes = ("postgresql://", "postgres://", "postgresql+psycopg2://")
        if self.database_url and not self.database_url.startswith(schemes):
            given = self.database_url.split(":")[0]
            raise SettingsError(f"DATABASE_URL: a postgresql:// address is needed, not {given!r}")
        if self.database_owner_url and not self.database_owner_url.startswith(schemes):
            raise SettingsError("DATABASE_OWNER_URL: a postgresql:// address is needed")
        if self.database_owner_url and not self.database_url:
            raise SettingsError("DATABASE_OWNER_URL: only beside DATABASE_URL")
        _check_address("PUBLIC_URL", self.public_url, ("http", "https"))
        _check_address("MAIL_URL", self.mail_url, ("smtp", "smtps"))
        _check_socket("CLAMAV_SOCKET", self.clamav_socket)
        if not self.document_most_mb.isdigit() or not 1 <= int(self.document_most_mb) <= 60:
            raise SettingsError(f"DOCUMENT_MOST_MB: 1 to 60, not {self.document_most_mb!r}")
        if self.staff_second_factor not in ("yes", "no"):
            raise SettingsError(f"STAFF_SECOND_FACTOR: yes or no, not {self.staff_second_factor!r}")
        if self.default_language not in ("fa", "en"):
            raise SettingsError(f"DEFAULT_LANGUAGE: fa or en, not {self.default_language!r}")
        _check_zone(self.time_zone)
        if not self.trusted_proxies.isdigit():
            raise SettingsError(f"TRUSTED_PROXIES: a whole number, not {self.trusted_proxies!r}")


def _check_address(name: str, address: str, schemes: tuple[str, ...]) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in schemes and parts.hostname and (parts.port or 1)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise SettingsError(f"{name}: an address that begins with {'://, '.join(schemes)}:// is needed")


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise SettingsError(f"TIME_ZONE: a name like Asia/Tehran is needed, not {name!r}") from None


def _check_socket(name: str, address: str) -> None:
    if address.startswith("unix:///"):
        return
    if address.startswith("unix:"):
        raise SettingsError(f"{name}: unix:/// and the whole path of the socket are needed")
    _check_address(name, address, ("tcp",))


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
