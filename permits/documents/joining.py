"""What this room tells the others of papers, called once by ``webmap.wiring``."""

from accounts.privacy import own_data, retention
from core import redactions
from core.documents.services import register_use
from permits.documents import privacy
from permits.documents.queries import is_spoken_of
from permits.documents.redacting.texts import redactables


def connect() -> None:
    """Whose bytes are needed, what a person brought, how long papers are kept, which texts may be redacted."""
    register_use("permits", is_spoken_of)
    own_data.register("permit_documents", privacy.tell)
    for kind in privacy.KINDS:
        retention.register(kind)
    for each in redactables():
        redactions.register(each)
