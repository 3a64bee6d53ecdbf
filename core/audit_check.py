"""Checking the record against itself and against its anchor: every row altered, removed or put in is named."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from core.anchor import Anchor
from core.audit import Audit

GENESIS = bytes(32)
_AT_A_TIME = 5000


class Flaw(StrEnum):
    """What can be wrong with the record at a row."""

    ALTERED = "altered"
    """The row's own hash is not that of what it says."""
    BROKEN = "broken"
    """The row does not hold the hash of the row before it: one was removed, put in, or two were swapped."""
    MISSING = "missing"
    """The anchor knows this row, and the record does not: the tail was cut off."""
    REWRITTEN = "rewritten"
    """The anchor knows this row by another hash: the chain was made anew behind its back."""


@dataclass(frozen=True)
class Finding:
    """A flaw and the number of the row where it shows."""

    flaw: Flaw
    row: int


@dataclass(frozen=True)
class Verdict:
    """How many rows were read, and what is wrong with them."""

    rows: int
    findings: list[Finding]


def verify(session: Session, anchor: Anchor | None = None) -> Verdict:
    """Read the whole record in order and compare; memory stays flat however long it is."""
    findings: list[Finding] = []
    kept = dict(anchor.history()) if anchor else {}
    rows = last = 0
    previous = GENESIS
    for number, said, before, digest in _rows(session):
        rows, last = rows + 1, number
        if before != previous:
            findings.append(Finding(Flaw.BROKEN, number))
        if hashlib.sha256(before + said.encode()).digest() != digest:
            findings.append(Finding(Flaw.ALTERED, number))
        if kept.pop(number, digest) != digest:
            findings.append(Finding(Flaw.REWRITTEN, number))
        previous = digest
    # What the anchor knows and nobody met: before the end it was removed (and the chain mended), after it cut off.
    findings += [Finding(Flaw.MISSING, number) for number in sorted(kept)]
    return Verdict(rows, sorted(findings, key=lambda finding: finding.row) if last or findings else findings)


def _rows(session: Session) -> Iterator[tuple[int, str, bytes, bytes]]:
    """Each row's number, what its hash is taken of, the hash before it and its own, oldest first."""
    # The same words as in chain_audit (migration 20261125_1015), but hashed here: a function may be replaced, too.
    said = func.jsonb_build_array(
        Audit.id,
        func.extract("epoch", Audit.at),
        Audit.actor_id,
        Audit.actor,
        Audit.action,
        Audit.subject,
        Audit.before,
        Audit.after,
        Audit.reason,
        Audit.request_id,
    )
    statement = select(Audit.id, cast(said, Text), Audit.previous_hash, Audit.hash).order_by(Audit.id)
    for row in session.execute(statement, execution_options={"yield_per": _AT_A_TIME}):
        yield row[0], row[1], bytes(row[2]), bytes(row[3])
