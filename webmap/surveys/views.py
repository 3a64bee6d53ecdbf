"""The surveys' addresses: the list, one survey, its findings and changes as tables, the file as it was sent."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from accounts.queries import emails_of
from accounts.web import actor, get_person
from core.documents import DocumentStore
from core.errors import BadInput, NotFound
from core.i18n import gettext as _
from core.inputs import read_count, read_words
from core.limits.web import limited
from core.settings import Settings
from core.web import db, requires, wants_json
from parcels.surveys import queries, services
from parcels.surveys.models import Survey
from parcels.surveys.queries import Asked
from parcels.surveys.schemas import (
    change_json,
    changes_csv,
    finding_json,
    findings_csv,
    progress_json,
    survey_json,
)
from parcels.surveys.services import Upload
from parcels.surveys.states import Kind, State
from permits.documents.web import ACCOUNT_UPLOADS, UPLOADS
from webmap.surveys import words
from webmap.surveys.page import field_name, field_value, read_page

blueprint = Blueprint("surveys", __name__)

_PAGE = 50
_LONGEST_TITLE = 200
_CSV = "text/csv; charset=utf-8"


@blueprint.get("/surveys.json", endpoint="surveys_json")
@blueprint.get("/surveys")
@requires(Permission.SURVEYS_READ)
def surveys() -> Response | str:
    """The surveys that whoever asks may see, newest first, and the form that sends one."""
    person = get_person()
    asked = Asked(
        created_by=None if services.may_see_all(person) else person.id,
        state=_one_of(State, request.args.get("state"), "state"),
        kind=_one_of(Kind, request.args.get("kind"), "kind"),
    )
    before = read_count(request.args.get("before"), "before", 0, 10**9) or None
    found = queries.list_surveys(db.session, asked, most=_PAGE + 1, before=before)
    shown, following = found[:_PAGE], found[_PAGE - 1].id if len(found) > _PAGE else None
    if wants_json(request):
        return jsonify(surveys=[survey_json(each, (), ()) for each in shown], before=following)
    return render_template(
        "surveys/list.html",
        surveys=shown,
        asked=asked,
        following=following,
        people=emails_of(db.session, (each.created_by for each in shown)),
        words=words,
        kinds=words.KINDS,
    )


@blueprint.post("/surveys")
@requires(Permission.SURVEYS_SUBMIT)
@limited(UPLOADS, ACCOUNT_UPLOADS)
def send() -> AnyResponse:
    """Take a file in and have it checked."""
    made = services.send(
        db.session,
        actor(),
        get_person(),
        store(),
        uploaded(),
        services.read_kind(request.form.get("kind")),
        read_words(request.form.get("title"), "title", _LONGEST_TITLE),
    )
    address = url_for("surveys.one", survey_id=made.id)
    if wants_json(request):
        answer = jsonify(id=made.id, state=made.state, url=address)
        answer.status_code = 201
        answer.headers["Location"] = address
        return answer
    flash(_("The file is here and is being checked."))
    return redirect(address, 303)


@blueprint.get("/surveys/<int:survey_id>.json", endpoint="one_json")
@blueprint.get("/surveys/<int:survey_id>")
@requires(Permission.SURVEYS_READ)
def one(survey_id: int) -> Response | str:
    """One survey: how far it is, what was found, what it would change, and what one may do."""
    survey = get_seen(survey_id)
    if wants_json(request):
        return jsonify(_whole(survey))
    page = read_page(db.session, get_person(), survey)
    return render_template(
        "surveys/survey.html", page=page, words=words, field_name=field_name, field_value=field_value
    )


@blueprint.get("/surveys/<int:survey_id>/progress.json")
@requires(Permission.SURVEYS_READ)
def progress(survey_id: int) -> Response:
    """How far the check is."""
    survey = get_seen(survey_id)
    return jsonify(progress_json(survey, queries.find_progress(db.session, survey)))


@blueprint.get("/surveys/<int:survey_id>/findings.csv")
@requires(Permission.SURVEYS_READ)
def findings(survey_id: int) -> Response:
    """What the check found, as a table in the language asked for."""
    survey = get_seen(survey_id)
    return _table(
        findings_csv(queries.list_findings(db.session, survey.id)), f"survey-{survey.id}-findings.csv"
    )


@blueprint.get("/surveys/<int:survey_id>/changes.csv")
@requires(Permission.SURVEYS_READ)
def changes(survey_id: int) -> Response:
    """What the survey changes, as a table."""
    survey = get_seen(survey_id)
    listed = queries.list_changes(db.session, survey.id)
    numbers = queries.numbers_of(db.session, [each for change in listed for each in change.parents])
    return _table(changes_csv(listed, numbers), f"survey-{survey.id}-changes.csv")


@blueprint.get("/surveys/<int:survey_id>/files/<int:file_id>")
@requires(Permission.SURVEYS_READ)
def file(survey_id: int, file_id: int) -> Response:
    """A file byte for byte as it was sent."""
    survey = get_seen(survey_id)
    found = next((each for each in queries.list_files(db.session, survey.id) if each.id == file_id), None)
    if found is None:
        raise NotFound(_("There is no such file."))
    answer = Response(store().read(found.sha256), mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


def get_seen(survey_id: int) -> Survey:
    """The survey asked for, if whoever asks may see it."""
    return services.get_for(db.session, get_person(), survey_id)


def store() -> DocumentStore:
    """The city's documents."""
    settings: Settings = current_app.config["SETTINGS"]
    return DocumentStore(settings.data_dir)


def uploaded() -> Upload:
    """The file of the form. Raises BadInput where there is none."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadInput(_("Please choose a file."), field="file")
    return Upload(sent.filename, sent.read())


def _whole(survey: Survey) -> dict[str, object]:
    listed = queries.list_changes(db.session, survey.id)
    numbers = queries.numbers_of(db.session, [each for change in listed for each in change.parents])
    files = queries.list_files(db.session, survey.id)
    return survey_json(survey, files, queries.list_events(db.session, survey.id)) | {
        "findings": [finding_json(each) for each in queries.list_findings(db.session, survey.id)],
        "changes": [change_json(each, numbers) for each in listed],
    }


def _one_of(words: type[State] | type[Kind], word: str | None, field: str) -> str | None:
    if not word:
        return None
    try:
        return words(word).value
    except ValueError:
        raise BadInput(_("There is no such choice."), field=field) from None


def _table(text: str, name: str) -> Response:
    answer = Response(text, mimetype=_CSV)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
