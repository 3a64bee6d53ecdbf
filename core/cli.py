"""What commands share: the options of files, one transaction, and bad input told in one line per problem."""

import datetime as dt
import functools
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from core.audit import ANCHOR
from core.errors import AppError
from core.geofiles import ReadOptions
from core.i18n import gettext as _
from core.importing import Account, read_epsg
from core.inputs import read_day
from core.web import db

Command = TypeVar("Command", bound=Callable[..., Any])
BAD_INPUT = 2
NOT_DONE = 1
IMPORTS = "imports"
"""The folder, below the data folder, of what imports had no room to say on the screen."""
_UPGRADE = "flask --app webmap db upgrade"


@dataclass(frozen=True)
class FileOptions:
    """What every import is told besides its file's own fields."""

    path: Path
    reading: ReadOptions
    allow_outside: bool
    dry_run: bool


def file_options(command: Command) -> Command:
    """Give a command its FILE and the options that all imports take, as one :class:`FileOptions`."""

    @functools.wraps(command)
    def gathered(
        path: Path,
        member: str | None,
        encoding: str | None,
        crs: str | None,
        lon_field: str | None,
        lat_field: str | None,
        allow_outside: bool,
        dry_run: bool,
        **own: Any,
    ) -> Any:
        with telling_problems():
            epsg = read_epsg(crs) if crs else None
            reading = ReadOptions(
                member=member, encoding=encoding, crs=epsg, lon_field=lon_field, lat_field=lat_field
            )
            return command(FileOptions(path, reading, allow_outside, dry_run), **own)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("path", metavar="FILE", type=click.Path(path_type=Path)),
    click.option("--member", metavar="NAME", help="Which layer of an archive or GeoPackage."),
    click.option("--encoding", metavar="ENC", help="Encoding of the text, such as utf-8 or cp1256."),
    click.option("--crs", metavar="EPSG:N", help="The file's coordinate system, over what it says."),
    click.option("--lon-field", metavar="NAME", help="CSV: the column of longitude or easting."),
    click.option("--lat-field", metavar="NAME", help="CSV: the column of latitude or northing."),
    click.option("--allow-outside", is_flag=True, help="Take in what lies outside the city, too."),
    click.option("--dry-run", is_flag=True, help="Do everything, write nothing."),
)


def day_option(name: str, told: str) -> Callable[[Any], Any]:
    """An option that takes a day as YYYY-MM-DD."""

    def read(_context: click.Context, _option: click.Parameter, written: str | None) -> dt.date | None:
        with telling_problems():
            return read_day(written, name)

    return click.option(name, metavar="YYYY-MM-DD", callback=read, help=told)


@contextmanager
def telling_problems() -> Iterator[None]:
    """Turn what a person can mend into one line per problem on standard error and exit code 2.

    What the machine refuses (disk full, database away or of another version) is one line and exit code 1.
    """
    try:
        yield
    except AppError as error:
        for line in error.message.splitlines():
            click.echo(_("Error: %(what)s", what=_naming_the_option(line, error.field)), err=True)
        sys.exit(BAD_INPUT)
    except ProgrammingError:
        # Our own statements are tested: what they do not find here is what a migration would have made.
        outdated = _("The tables are of another version than the program. Run: %(command)s", command=_UPGRADE)
        click.echo(_("Error: %(what)s", what=outdated), err=True)
        sys.exit(NOT_DONE)
    except (DBAPIError, OSError) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()[:1]
        click.echo(_("Error: %(what)s", what=" ".join(cause)), err=True)
        sys.exit(NOT_DONE)


def _naming_the_option(line: str, field: str | None) -> str:
    """The sentence, with the option at fault before it where it does not say so itself."""
    if field is None or not field.startswith("--") or field in line:
        return line
    return f"{field}: {line}"


@contextmanager
def command_transaction(dry_run: bool = False) -> Iterator[Session]:
    """One session and one transaction on the city's database; rolled back after a dry run or an error."""
    info = {ANCHOR: current_app.extensions.get(ANCHOR)}
    with Session(db.engine, info=info) as session, session.begin() as transaction:
        yield session
        if dry_run:
            transaction.rollback()


def tell(account: Account) -> None:
    """Print an import's summary; what it has no room for goes to a file of its own, feature by feature."""
    for line in account.lines():
        click.echo(line)
    if account.is_long:
        with telling_problems():
            click.echo(_("Each of them is named in %(path)s", path=_write_whole(account)))


def _write_whole(account: Account) -> Path:
    folder: Path = current_app.config["SETTINGS"].data_dir / IMPORTS
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", account.title).strip("_")[:80]
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stamp}-{name}.txt"
    path.write_text("\n".join(account.lines(None)) + "\n", encoding="utf-8")
    return path
