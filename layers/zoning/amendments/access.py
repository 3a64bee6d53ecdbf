"""What somebody is to an amendment: the parties that the table knows, by their permissions."""

from accounts.models import Person
from accounts.permissions import Permission
from core.audit import Actor
from core.workflow import Mover
from layers.zoning.amendments.states import Party

_BY: dict[Permission, Party] = {
    Permission.ZONING_DRAFT: Party.DRAFTER,
    Permission.ZONING_CHECK: Party.CHECKER,
    Permission.ZONING_ADOPT: Party.ADOPTER,
}
CLOCK = Mover(Actor("clock"), frozenset({Party.CLOCK}))
"""Time, which brings into force what was scheduled."""


def parties_of(person: Person) -> frozenset[Party]:
    """What a person is to amendments; that nobody checks or adopts their own is for the guards."""
    return frozenset(party for permission, party in _BY.items() if permission in person.permissions)


def mover(person: Person, actor: Actor) -> Mover[Party]:
    """A person who takes a step."""
    return Mover(actor, parties_of(person))
