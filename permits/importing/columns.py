"""Which column of an earlier register means what: as its sender says, else by BLDS's names and others' usual ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from core.errors import Unprocessable
from core.fields import plain_name, words
from core.i18n import gettext as _

_NAMES: dict[str, tuple[str, ...]] = {
    "number": words(
        "permitnum permitnumber permitno permitid permit caseid casenumber caseno referenceno reference number"
        " شمارهپروانه شمارهپرونده شماره"
    ),
    "kind": words(
        "permittypedesc permittype constructiontype casetype worktype worktypedesc permittypemapped permitclass type"
        " نوعپروانه نوع"
    ),
    "state": words("statuscurrent casestatus permitstatus statuscurrentmapped status state وضعیت"),
    "address": words(
        "originaladdress1 siteaddress projectaddress propertyaddress address fulladdress location نشانی آدرس"
    ),
    "parcel": words("pin parcelnumber parcelno parcelid parcel apn maplot کدنوسازی شمارهقطعه قطعه"),
    "description": words("description workdescription projectname projectdescription scope شرح توضیح"),
    "applied": words("applieddate applicationdate dateapplied applied fileddate submitteddate تاریخدرخواست"),
    "issued": words("issueddate issuedate dateissued issued decisiondate approveddate تاریخصدور"),
    "completed": words("completeddate completiondate finaleddate finaldate datecompleted تاریخپایانکار"),
    "lon": words("longitude lon lng long x طول"),
    "lat": words("latitude lat y عرض"),
}


@dataclass(frozen=True)
class PermitFields:
    """The columns by what they mean; None: there is none, or it is still to be guessed."""

    number: str | None = None
    kind: str | None = None
    state: str | None = None
    address: str | None = None
    parcel: str | None = None
    description: str | None = None
    applied: str | None = None
    issued: str | None = None
    completed: str | None = None
    lon: str | None = None
    lat: str | None = None

    def told(self) -> str:
        """The choice in words: ``number = PermitNum, state = StatusCurrent``."""
        chosen = [(each.name, getattr(self, each.name)) for each in fields(self)]
        return ", ".join(f"{name} = {column}" for name, column in chosen if column)


def choose(header: Sequence[str], said: PermitFields) -> PermitFields:
    """The columns said, and those guessed for what was not said. Raises Unprocessable for one that is not there.

    Also when no column holds the number: without it nothing could be imported twice and stay the same.
    """
    plain = {plain_name(name): name for name in reversed(header)}
    taken: set[str] = set()
    chosen: dict[str, str | None] = {}
    for meaning, names in _NAMES.items():
        wanted = getattr(said, meaning)
        found = _said(header, plain, wanted, meaning) if wanted else None
        if found is None and not wanted:
            found = next((plain[name] for name in names if name in plain and plain[name] not in taken), None)
        if found is not None:
            taken.add(found)
        chosen[meaning] = found
    if chosen["number"] is None:
        raise Unprocessable(
            _(
                "No column holds the permits' numbers. Name it with --number-field. There are: %(names)s.",
                names=", ".join(header[:40]),
            ),
            field="number_field",
        )
    return PermitFields(**chosen)


def _said(header: Sequence[str], plain: Mapping[str, str], wanted: str, meaning: str) -> str:
    if wanted in header:
        return wanted
    if plain_name(wanted) in plain:
        return plain[plain_name(wanted)]
    raise Unprocessable(
        _(
            "%(option)s: there is no column “%(wanted)s”. There are: %(names)s.",
            option=f"--{meaning}-field",
            wanted=wanted,
            names=", ".join(header[:40]),
        ),
        field=f"{meaning}_field",
    )
