"""The permits' workflow as a page for people: a diagram (Mermaid) and a table, drawn from the table that runs."""

from collections.abc import Iterable

from core.workflow import Tick
from permits.states import CLOCK_NAMES, EVENT_NAMES, PARTY_NAMES, STATE_NAMES, State
from permits.table import TABLE, Line

_HEAD = """# The workflow of permits

Drawn by `flask permits diagram` from [`permits/table.py`](../permits/table.py); a test holds this page to it.
What each condition asks: [`permits/guards.py`](../permits/guards.py). How clocks run: [clocks.md](clocks.md).
"""


def draw() -> str:
    """The whole page, in English."""
    return "\n".join([_HEAD, "```mermaid", *_diagram(), "```", "", *_rows()]) + "\n"


def _diagram() -> Iterable[str]:
    yield "stateDiagram-v2"
    for state in State:
        yield f"    {state.value}: {STATE_NAMES[state]}"
    yield f"    [*] --> {State.DRAFT.value}"
    sources = {source for line in TABLE for source in line.sources}
    for line in TABLE:
        # A step that is possible nearly everywhere would hide all others.
        if len(line.sources) <= 5:
            yield from _arrows(line)
    for state in State:
        if state not in sources:
            yield f"    {state.value} --> [*]"


def _arrows(line: Line) -> Iterable[str]:
    for source in sorted(line.sources, key=list(State).index):
        for target in line.targets or (source,):
            yield f"    {source.value} --> {target.value}: {line.event.value}"


def _rows() -> Iterable[str]:
    yield "| event | who | from | to | conditions | clocks | letters |"
    yield "|---|---|---|---|---|---|---|"
    for line in TABLE:
        cells = (
            f"{EVENT_NAMES[line.event]} (`{line.event.value}`)",
            _listed(str(PARTY_NAMES[party]) for party in sorted(line.parties)),
            _listed(str(STATE_NAMES[state]) for state in sorted(line.sources, key=list(State).index)),
            _listed(str(STATE_NAMES[state]) for state in line.targets) or "–",
            _listed(f"`{guard.code}`" for guard in line.guards) or "–",
            _listed(_tick(tick) for tick in line.ticks) or "–",
            _listed(f"`{notice}`" for notice in line.notices) or "–",
        )
        yield f"| {' | '.join(cells)} |"


def _tick(tick: Tick) -> str:
    name = "the running ones" if tick.clock is None else str(CLOCK_NAMES[tick.clock])  # type: ignore[index]
    return f"{tick.act.value} *{name}*"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
