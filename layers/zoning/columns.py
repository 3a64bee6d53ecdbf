"""Which columns of a stranger's file hold a zone's code and what its class is called and about."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Unprocessable
from core.fields import (
    Columns,
    as_text,
    choose_field,
    guess_field,
    is_persian,
    list_names,
    take_sample,
    words,
)
from core.geofiles import Field
from core.i18n import gettext as _
from core.text import fold

CODES = words("""
    کدپهنه پهنه زیرپهنه کدزیرپهنه zonecode zcode zoningcode zonetype zoneclass zoneclassification zoning zone
    zonedist zonedistrict zoningdistrict zonename zonedesignation zonelabel abbreviateddistrictname abbreviated
    districtabbreviation districtcode abbreviate dist district class code symbol label pahneh pahne
""")
NAMES = words("""
    نامپهنه شرح عنوان districtname districtn zonename zonedescription zonedesc description descriptio longname
    fullname name nam title zoningdescription
""")
_ABOUT = words(
    """districttype districtt zonegroup zonecategory category generalzone generalized group گروه"""
)
_GROUPS = (
    ("mixed", words("mixed mix مختلط")),
    ("residential", words("residential residence residences housing dwelling مسکونی سکونت")),
    ("industrial", words("industrial industry manufacturing صنعتی کارگاهی")),
    (
        "recreation",
        words("park parks open recreation recreational conservation green سبز حفاظت تفریحی ورزشی پارک"),
    ),
    (
        "institutional",
        words("institutional institution public civic government اداری آموزشی فرهنگی مذهبی درمانی"),
    ),
    ("transport", words("transport transportation transit حمل ترافیک معابر")),
    ("commercial", words("commercial business office retail downtown تجاری فعالیت خدمات")),
)


@dataclass(frozen=True)
class ZoneColumns:
    """The columns in use; None where the file has none."""

    code: str
    name: str | None
    about: str | None

    def code_of(self, columns: Columns, row: int) -> str:
        """The code of a zone's class; empty if there is none."""
        code = " ".join(as_text(columns[self.code][row]).split())
        return code if any(sign.isalnum() for sign in code) else ""

    def names_of(self, columns: Columns, row: int) -> tuple[str, str]:
        """What the file calls a zone's class, in Persian and in English; empty where it does not."""
        name = as_text(columns[self.name][row]) if self.name else ""
        return (name, "") if is_persian(name) else ("", name)

    def group_of(self, columns: Columns, row: int) -> str:
        """The family of a zone's class, as far as the words of the file tell it."""
        said = [as_text(columns[name][row]) for name in (self.about, self.name) if name]
        told = set(fold(" ".join(said)).split())
        return next((group for group, telling in _GROUPS if told & set(map(fold, telling))), "other")


def find_columns(
    fields: Sequence[Field], first: Columns, code_field: str | None, name_field: str | None
) -> ZoneColumns:
    """Find them by what was said, else by what they are called and hold. Raises Unprocessable."""
    if code_field is not None:
        code: str | None = choose_field(fields, code_field, "--code-field")
    else:
        code = guess_field(fields, CODES, lambda name: _may_be_codes(first, name))
    if code is None:
        raise Unprocessable(
            _(
                "Which column is the code of a zone's class? Say it with --code-field; there are: %(names)s.",
                names=list_names(fields),
            ),
            field="code_field",
        )
    name = choose_field(fields, name_field, "--name-field") if name_field else None
    name = name or guess_field(fields, NAMES, lambda one: one != code and take_sample(first[one]).texts > 0.2)
    about = guess_field(fields, _ABOUT, lambda one: one not in (code, name))
    return ZoneColumns(code, name, about)


def _may_be_codes(first: Columns, name: str) -> bool:
    """Short texts; a column of mere numbers is an index more often than a code."""
    sample = take_sample(first[name])
    return sample.filled >= 0.9 and sample.texts >= 0.5 and sample.average_length <= 24
