"""Clocks: how a legal period runs, pauses and ends over the municipality's calendar. Pure; its rules stand here.

A clock is its events, in order; all that is known of it is read from them (:func:`read`). The rules, with their
reasons and examples, are in docs/clocks.md, why these in docs/adr; in short:

1. **A day counts if the clock was running when the day began.** So the day of the start and the day of a resume do not
   count, the day of a pause does, and a pause taken back on the same day changes nothing.
2. A period in working days counts working days whole and half days half; the period is over on the first day by whose
   end it is full. A period in calendar days counts every day.
3. **A period never ends on a day on which the offices are closed**: it then ends on the next working day.
4. It ends at the end (midnight, city time) of its due day; from the next day on the clock is overdue.
5. A pause gives back exactly the days that would have counted: none over holidays. While it is paused there is no
   due date. If nothing was left (a pause on the last day), the day of the resume itself is the due day.
6. An extension lengthens the period, counted on from where it would have ended, not from the day it was agreed. It is
   possible while paused, and after the end: the clock then runs again.
7. A pause after the end changes nothing: what is late stays late.
8. A stop is final. It was in time if it was not after the due day, or while paused in time.
"""

from core.clocks.events import ClockAct, ClockError, ClockEvent, DayUnit, check
from core.clocks.reading import ClockState, Reading, read
from core.clocks.words import explain, say_days

__all__ = [
    "ClockAct",
    "ClockError",
    "ClockEvent",
    "ClockState",
    "DayUnit",
    "Reading",
    "check",
    "explain",
    "read",
    "say_days",
]
