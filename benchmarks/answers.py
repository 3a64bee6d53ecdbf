"""Benchmarks of answers in JSON: a seeded list of questions put to our server one after the other."""

from collections.abc import Callable, Iterable
from statistics import median

from benchmarks.asking import Asker, percentile
from benchmarks.city import BenchCity
from benchmarks.ours import fresh_folder, our_server
from benchmarks.results import Result, Row

WARMING = 40


class WrongAnswer(AssertionError):
    """The server answered something else than what was asked for."""


def measure(
    city: BenchCity, result: Result, work: str, asked: list[tuple[str, Callable[[bytes], bool]]]
) -> None:
    """Add median and p95 of the answers' times; each answer is looked at before its time counts.

    ``asked`` holds paths, each with what tells a right answer. Raises WrongAnswer.
    """
    with fresh_folder() as folder, our_server(city, folder) as root:
        asker = Asker(root)
        _warm(root, [path for path, _ in asked[:WARMING]])
        took = []
        for path, is_right in asked[WARMING:]:
            answer = asker.ask(path, "application/json")
            if answer.status != 200 or not is_right(answer.body):
                raise WrongAnswer(f"{path}: {answer.status} {answer.body[:200]!r}")
            took.append(answer.took_ms)
    result.rows += [
        Row(f"{work}, median", city.parcels, "ms", median(took)),
        Row(f"{work}, p95", city.parcels, "ms", percentile(took, 0.95)),
    ]


def _warm(root: str, paths: Iterable[str]) -> None:
    """Ask over many connections, so that each thread of each worker has opened its own to the database."""
    asker = Asker(root)
    for path in paths:
        asker.anew(path)
