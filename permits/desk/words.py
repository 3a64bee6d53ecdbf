"""Words of the desk's list."""

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from permits.desk.board import Due, Whose

WHOSE_NAMES: dict[Whose, LazyProxy] = {
    Whose.MINE: _("Waiting for me"),
    Whose.UNASSIGNED: _("Unassigned"),
    Whose.ALL: _("All open cases"),
}
DUE_NAMES: dict[Due, LazyProxy] = {
    Due.OVERDUE: _("Overdue"),
    Due.SOON: _("Due within a week"),
    Due.PAUSED: _("Paused"),
}
