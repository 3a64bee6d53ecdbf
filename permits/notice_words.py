"""What the letters of a case are called, and how they tell a deadline."""

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from permits.states import Clock, Notice

SUBJECTS: dict[Notice, LazyProxy] = {
    Notice.RECEIPT: _("Your application %(reference)s has arrived"),
    Notice.REQUEST: _("Something is missing in your application %(reference)s"),
    Notice.ANSWERED: _("The applicant of %(reference)s has answered"),
    Notice.RETURNED: _("Your application %(reference)s is returned"),
    Notice.VALID: _("Your application %(reference)s is complete"),
    Notice.NEIGHBOURS: _("Building near you: %(reference)s is open for comments"),
    Notice.RECOMMENDED: _("%(reference)s awaits a decision"),
    Notice.SENT_BACK: _("%(reference)s was sent back to you"),
    Notice.REFERRED: _("%(reference)s goes before the committee"),
    Notice.DECISION: _("The decision on %(reference)s"),
    Notice.EXTENDED: _("More time for %(reference)s"),
    Notice.ENDED: _("%(reference)s has ended"),
    Notice.APPEALED: _("An appeal in %(reference)s"),
    Notice.RULED: _("The ruling on the appeal in %(reference)s"),
    Notice.INSPECTED: _("An inspection in %(reference)s"),
    Notice.CERTIFICATE: _("Works completed: %(reference)s"),
    Notice.LOST: _("The permit %(reference)s is no longer valid"),
}

DEADLINES: dict[Clock, LazyProxy] = {
    Clock.ANSWER: _("Please answer by %(day)s."),
    Clock.COMMENT: _("Comments are taken until %(day)s."),
}
