"""What happens next in a case, in plain words for whoever reads its page: one sentence or two for every state."""

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from permits.states import State

NEXT: dict[State, LazyProxy] = {
    State.DRAFT: _("The applicant has not sent the application yet. Nothing happens before that."),
    State.SUBMITTED: _("The city takes the application in once its fee is settled."),
    State.CHECKING: _("The city checks whether the documents are complete."),
    State.INCOMPLETE: _(
        "The applicant has been asked for what is missing. Without an answer in time it is returned."
    ),
    State.VALID: _(
        "An officer takes the case and opens it for comments where its kind asks for that; then it is assessed."
    ),
    State.CONSULTATION: _(
        "Anybody may comment or object until the day shown. Then the officer assesses the case and answers objections."
    ),
    State.ASSESSMENT: _(
        "The officer checks the proposal against the rules, answers the objections and recommends a decision."
    ),
    State.AWAITING_APPLICANT: _(
        "The city waits for the applicant's answer; the period for its decision stands still."
        " Without an answer in time the application is returned."
    ),
    State.RECOMMENDED: _("Another person than the officer decides, or refers the case to the committee."),
    State.COMMITTEE: _("The committee meets on the day shown; after it the case is decided."),
    State.GRANTED: _(
        "The applicant may start the works. The applicant and whoever commented may appeal within the period shown."
    ),
    State.GRANTED_CONDITIONS: _(
        "The applicant may start once the conditions that come first are met. The applicant and whoever commented"
        " may appeal within the period shown."
    ),
    State.REFUSED: _(
        "Nothing may be built on this application. The applicant and whoever commented may appeal within the"
        " period shown."
    ),
    State.APPEALED: _("The appeal is heard and ruled on. Until then works do not start."),
    State.UPHELD: _("The decision stands. If it was a permission, the works may start."),
    State.VARIED: _("The works may start under the conditions as the ruling changed them."),
    State.REVERSED: _(
        "The opposite of the first decision holds now. If that is a permission, the works may start."
    ),
    State.BUILDING: _("Inspectors visit the works. When all visits are passed, completion is certified."),
    State.COMPLETED: _("Nothing more: the works are completed and certified."),
    State.LAPSED: _("Nothing more: the permit was not used in time. A new application is needed."),
    State.REVOKED: _("Nothing more: the permit was taken back, and works must stop."),
    State.RETURNED: _("Nothing more, unless the applicant applies again with what was missing."),
    State.WITHDRAWN: _("Nothing more: the applicant withdrew the application."),
    State.CLOSED: _("Nothing more: the case was closed without a decision."),
}
"""Total over the states: a test holds it against the enum."""
