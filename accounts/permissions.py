"""Who may do what: one table of roles and permissions, which routes and services both read."""

from enum import StrEnum

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _


class Role(StrEnum):
    """What a person is to the city. Everybody with an account is a citizen; the others are granted."""

    CITIZEN = "citizen"
    AGENT = "agent"
    SURVEYOR = "surveyor"
    PLANNER = "planner"
    PLAN_CHECKER = "plan_checker"
    PUBLISHER = "publisher"
    INTAKE = "intake"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route or a service may ask for. ``public`` needs no account, ``account`` any account."""

    PUBLIC = "public"
    ACCOUNT = "account"
    SURVEYS_READ = "surveys.read"
    SURVEYS_SUBMIT = "surveys.submit"
    SURVEYS_APPROVE = "surveys.approve"
    ZONING_DRAFT = "zoning.draft"
    ZONING_CHECK = "zoning.check"
    ZONING_ADOPT = "zoning.adopt"
    PERMITS_APPLY = "permits.apply"
    PERMITS_INTAKE = "permits.intake"
    PERMITS_ASSESS = "permits.assess"
    PERMITS_DECIDE = "permits.decide"
    PERMITS_INSPECT = "permits.inspect"
    PERMITS_WORK = "permits.work"
    PERMITS_READ = "permits.read"
    STAFF_LAYERS = "layers.staff"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    SETTINGS_MANAGE = "settings.manage"
    JOBS_READ = "jobs.read"
    JOBS_MANAGE = "jobs.manage"
    RECORD_READ = "record.read"


_P = Permission
_CITIZEN = frozenset({_P.PUBLIC, _P.ACCOUNT, _P.PERMITS_APPLY})
_STAFF = _CITIZEN | {_P.STAFF_LAYERS}
# Whoever has a part in the cases works at the permits' desk; which steps are theirs, the workflow's table says.
_DESK = _STAFF | {_P.PERMITS_READ, _P.PERMITS_WORK}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CITIZEN: _CITIZEN,
    Role.AGENT: _CITIZEN,
    Role.SURVEYOR: _CITIZEN | {_P.SURVEYS_READ, _P.SURVEYS_SUBMIT},
    Role.PLANNER: _STAFF | {_P.ZONING_DRAFT},
    Role.PLAN_CHECKER: _STAFF | {_P.ZONING_DRAFT, _P.ZONING_CHECK, _P.SURVEYS_READ, _P.SURVEYS_APPROVE},
    Role.PUBLISHER: _STAFF | {_P.ZONING_ADOPT},
    Role.INTAKE: _DESK | {_P.PERMITS_INTAKE},
    Role.OFFICER: _DESK | {_P.PERMITS_INTAKE, _P.PERMITS_ASSESS},
    Role.REVIEWER: _DESK | {_P.PERMITS_DECIDE},
    Role.INSPECTOR: _DESK | {_P.PERMITS_INSPECT},
    # Reads all, writes nothing: not even an application of their own under this account's staff roles.
    Role.AUDITOR: frozenset(
        {
            _P.PUBLIC,
            _P.ACCOUNT,
            _P.STAFF_LAYERS,
            _P.SURVEYS_READ,
            _P.PEOPLE_READ,
            _P.JOBS_READ,
            _P.RECORD_READ,
            _P.PERMITS_READ,
        }
    ),
    # People and settings, no case work.
    Role.ADMINISTRATOR: frozenset(
        {
            _P.PUBLIC,
            _P.ACCOUNT,
            _P.PEOPLE_READ,
            _P.PEOPLE_MANAGE,
            _P.SETTINGS_MANAGE,
            _P.JOBS_READ,
            _P.JOBS_MANAGE,
        }
    ),
}
"""The one table. An account without any grant has the citizen's."""

STAFF: frozenset[Role] = frozenset(Role) - {Role.CITIZEN, Role.AGENT, Role.SURVEYOR}
"""Who works for the city: a second factor is asked of them (STAFF_SECOND_FACTOR)."""

ROLE_NAMES: dict[Role, LazyProxy] = {
    Role.CITIZEN: _("Citizen"),
    Role.AGENT: _("Applicant's agent"),
    Role.SURVEYOR: _("Surveyor"),
    Role.PLANNER: _("Planner"),
    Role.PLAN_CHECKER: _("Plan checker"),
    Role.PUBLISHER: _("Publisher of plans"),
    Role.INTAKE: _("Intake officer"),
    Role.OFFICER: _("Permit officer"),
    Role.REVIEWER: _("Reviewer"),
    Role.INSPECTOR: _("Inspector"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """What somebody with these roles may do; with none, what a citizen may."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles or {Role.CITIZEN}))
