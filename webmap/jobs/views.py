"""What the queue has given up, why, and a button that tries again."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from accounts.web import actor
from core import audit
from core.errors import NotFound
from core.i18n import gettext as _
from core.jobs import count_by_status, list_failed, retry
from core.limits.web import limited
from core.web import db, requires
from webmap.rates import WRITES

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
@requires(Permission.JOBS_READ)
def jobs() -> Response | str:
    """How the queue stands."""
    return render_template(
        "jobs/page.html", counts=count_by_status(db.session), failed=list_failed(db.session)
    )


@blueprint.post("/jobs/<int:job_id>/retry")
@requires(Permission.JOBS_MANAGE)
@limited(WRITES)
def retry_job(job_id: int) -> AnyResponse:
    """Put a job that was given up back into the queue."""
    if not retry(db.session, job_id):
        raise NotFound(_("This job is not among those given up: it may have been tried again already."))
    audit.record(db.session, actor(), "job.retry", f"job:{job_id}")
    flash(_("The job is back in the queue."))
    return redirect(url_for("jobs.jobs"), 303)
