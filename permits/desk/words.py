"""Words of the desk's list."""

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from permits.desk.board import Due, Whose
from permits.states import CLOCK_NAMES, Clock

WHOSE_NAMES: dict[Whose, LazyProxy] = {
    Whose.MINE: _("Waiting for me"),
    Whose.UNASSIGNED: _("Unassigned"),
    Whose.ALL: _("All open cases"),
}
CLOCKS_TOLD: dict[Clock, LazyProxy] = CLOCK_NAMES | {Clock.COMMENT: _("Commenting")}
"""The clocks as the subject of a sentence."""
DUE_NAMES: dict[Due, LazyProxy] = {
    Due.OVERDUE: _("Overdue"),
    Due.SOON: _("Due within a week"),
    Due.PAUSED: _("Paused"),
}
