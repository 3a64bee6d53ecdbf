"""What was found in a file: the findings, the running report of them, and the refusal."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Unprocessable
from core.geofiles.messages import MESSAGES, Severity, sentence

__all__ = ["Finding", "Report", "Severity", "SourceError", "Tally"]

EXAMPLES = 1000


@dataclass(frozen=True)
class Finding:
    """One thing found in a file, with where it stands and how to mend it.

    ``feature`` is the position in the file, from 0; ``where`` is (lon, lat) in degrees when it is known.
    """

    code: str
    member: str | None = None
    feature: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    where: tuple[float, float] | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is; fixed by the code."""
        return MESSAGES[self.code].severity

    @property
    def option(self) -> str | None:
        """The command-line option that gives the choice that is missing, or None."""
        return MESSAGES[self.code].option

    def message(self) -> str:
        """The sentence in the language spoken now."""
        return sentence(self.code, self.params, member=self.member, feature=self.feature)


class SourceError(Unprocessable):
    """The file is refused: one clear line naming the member, the cause and what would help."""

    def __init__(self, code: str, *, member: str | None = None, feature: int | None = None, **params: Any):
        self.finding = Finding(code, member, feature, params)
        super().__init__(self.finding.message(), field="file", details={"finding": code, **params})
        self.code = code
        self.member = member
        self.option = self.finding.option


@dataclass
class Tally:
    """All findings of one code: how many, the first of them in full, and which features the others are of."""

    count: int = 0
    examples: list[Finding] = field(default_factory=list)
    others: dict[str | None, "array[int]"] = field(default_factory=dict)


class Report:
    """What has been found so far, and what became of each feature: ``read = kept + lost``.

    ``repaired`` of the kept ones were changed on the way. Memory stays small: each code keeps its first 1,000
    findings, and of the rest the features' numbers.
    """

    def __init__(self) -> None:
        self.read = 0
        self.kept = 0
        self.repaired = 0
        self.lost = 0
        self.tallies: dict[str, Tally] = {}

    def add(self, code: str, member: str | None = None, feature: int | None = None, **params: Any) -> None:
        """Note one finding. ``where`` among the params is its place on the map."""
        where = params.pop("where", None)
        tally = self.tallies.setdefault(code, Tally())
        tally.count += 1
        if len(tally.examples) < EXAMPLES:
            tally.examples.append(Finding(code, member, feature, params, where))
        elif feature is not None:
            tally.others.setdefault(member, array("q")).append(feature)

    def add_many(self, code: str, member: str | None, features: Iterable[int] | NDArray[np.int64]) -> None:
        """Note one finding for each of many features."""
        for feature in features:
            self.add(code, member, int(feature))

    def __iter__(self) -> Any:
        """The findings kept in full, worst first."""
        order = list(Severity)
        every = [finding for tally in self.tallies.values() for finding in tally.examples]
        return iter(sorted(every, key=lambda finding: order.index(finding.severity)))

    def count(self, code: str) -> int:
        """How many findings of one code."""
        return self.tallies[code].count if code in self.tallies else 0

    def lines(self, examples: int | None = 20) -> list[str]:
        """The report in sentences, worst first: some of each code, then how many more there are.

        With ``examples`` None nothing is left out: beyond the first 1,000 of a code, features go by their numbers.
        """
        order = list(Severity)
        lines = []
        for code, tally in sorted(
            self.tallies.items(), key=lambda item: order.index(MESSAGES[item[0]].severity)
        ):
            lines += [finding.message() for finding in tally.examples[:examples]]
            if examples is None:
                lines += _others(code, tally)
            elif tally.count > examples:
                lines.append(sentence("report.more", {"n": tally.count - examples, "code": code}))
        return lines

    def is_longer_than(self, examples: int) -> bool:
        """Whether some code has more findings than so many."""
        return any(tally.count > examples for tally in self.tallies.values())


def _others(code: str, tally: Tally) -> list[str]:
    return [
        sentence(
            "report.others",
            {"n": len(features), "code": code, "features": ", ".join(map(str, features))},
            member=member,
        )
        for member, features in tally.others.items()
    ]
