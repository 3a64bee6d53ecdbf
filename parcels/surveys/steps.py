"""What a check's child process can be asked to do: each step reads its folder and writes its answer there."""

from collections.abc import Callable
from pathlib import Path

from parcels.surveys.reading import read_in
from parcels.surveys.step_compare import compare_in

STEPS: dict[str, Callable[[Path], None]] = {"read": read_in, "compare": compare_in}
