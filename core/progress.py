"""The progress bar of long work: drawn on a terminal, silent anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Tell = Callable[[int, int | None], None]
"""Told how much is done and, when that is known, of how much."""


@contextmanager
def progress_bar(label: str) -> Iterator[Tell]:
    """A bar on standard error for the length of a block, so that standard output keeps to the summary."""
    if not sys.stderr.isatty():
        yield _silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def tell(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def _silent(_done: int, _total: int | None) -> None:
    """Nobody is looking."""
