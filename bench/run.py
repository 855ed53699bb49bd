"""Runs a build and measures it: processor time and peak memory, of it and of all that it starts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from macros.load import ROOT

WORK = ROOT / ".cache/bench"
VENV = WORK / "venv/bin"
#: As if it were published; nothing is sent there.
SITE = "https://example.org/"


class Cost(NamedTuple):
    """What a build took: seconds of processor time and of a clock, and MiB at its peak."""

    processor: float
    clock: float
    memory: float


def cost(command: Sequence[str | Path], folder: Path, **environment: str) -> Cost:
    """Runs a command in a folder. Raises RuntimeError with what it wrote if it fails."""
    # What the Makefile sets would make Python read our modules as text each time; a build does that once.
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "REPOSITORY", "EDIT_URI")}
    path = os.pathsep.join([str(VENV), os.environ.get("PATH", "")])
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / "build.log"
    with log.open("wb") as file:
        start = os.times().elapsed
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            env=kept | {"PATH": path, "ASTRO_TELEMETRY_DISABLED": "1"} | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        clock = os.times().elapsed - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{log.read_text('utf-8', 'replace')[-3000:]}")
    return Cost(used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024)


def typical(runs: Sequence[Cost]) -> Cost:
    """The median of several runs, each figure by itself."""
    return Cost(*map(median, zip(*runs, strict=True)))


def repeated(build: Callable[[], Cost], times: int) -> Cost:
    """What a build typically takes."""
    return typical([build() for _ in range(times)])


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown; the first column is text, the others are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def ratio(value: float, to: float) -> str:
    """A value as so many times another, such as "1.25"; "-" where there is nothing to compare with."""
    return f"{value / to:.2f}" if to else "-"


def written(name: str, text: str) -> None:
    """Keeps a report below .cache/bench/ and prints it."""
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / name).write_text(text, "utf-8")
    print(text, f"\nWritten to {(WORK / name).relative_to(ROOT)}.", sep="")


def load_now(environment: Mapping[str, str] = os.environ) -> str:
    """How busy the machine is, as a sentence."""
    return f"{os.cpu_count()} processors; load averages {', '.join(f'{n:.1f}' for n in os.getloadavg())}."
