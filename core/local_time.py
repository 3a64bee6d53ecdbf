"""What day it is in the city, and what time: the one place that is asked, since at night the servers' day is another.

Between midnight and half past three in Tehran it is still yesterday in UTC. What is in force today, the day on a
certificate and the year of its number are the city's (the setting ``TIME_ZONE``).
"""

import datetime as dt
import os
import re
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

DEFAULT_ZONE = "Asia/Tehran"
TODAY: ColumnElement[dt.date] = func.current_date()
"""The city's day, in statements and as a column's default. (In .sql files: CURRENT_DATE, which is the same.)"""

_zone = ZoneInfo(DEFAULT_ZONE)
_DAILY = re.compile(r"(?P<minute>\d+) (?P<hour>\d+) \* \* \*")
_DAY_MINUTES = 24 * 60


def use(name: str) -> None:
    """Count days in this zone (IANA's name, ``Asia/Tehran``), in this process and in those that it starts.

    PGTZ is what every connection to PostgreSQL, whoever opens it, tells the server as it begins: so CURRENT_DATE,
    and a moment cast to a day, are the city's there too, and no connection can be forgotten.
    """
    global _zone
    _zone = ZoneInfo(name)
    os.environ["PGTZ"] = name


def zone_name() -> str:
    """The zone's name."""
    return _zone.key


def get_today(session: Session) -> dt.date:
    """The day it is in the city.

    Asked of the database, so that it is the one that zones and parcels are compared with in the same transaction.
    """
    return session.scalars(select(TODAY)).one()


def now() -> dt.datetime:
    """The moment it is, as the city's clocks show it."""
    return dt.datetime.now(_zone)


def to_local(moment: dt.datetime) -> dt.datetime:
    """A moment (with a zone of its own) as the city's clocks show it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone could be any of a day's")
    return moment.astimezone(_zone)


def cron_in_utc(cron: str, at: dt.datetime | None = None) -> str:
    """A daily cron line of the city's clocks (``41 2 * * *``) as UTC's, which is what the queue counts in.

    Lines that name no hour are the same everywhere. ``at`` is when (now): the offset may differ by season, and a job
    of the night is then an hour off until the worker's next start.
    """
    found = _DAILY.fullmatch(cron)
    if found is None:
        return cron
    offset = (at or now()).astimezone(_zone).utcoffset() or dt.timedelta(0)
    minutes = int(found["hour"]) * 60 + int(found["minute"]) - int(offset.total_seconds()) // 60
    hour, minute = divmod(minutes % _DAY_MINUTES, 60)
    return f"{minute} {hour} * * *"
