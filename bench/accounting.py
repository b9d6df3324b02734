"""What a group of processes used, from /proc, and how fast the disk makes a write durable."""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name (field 3 on); empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(pid: int) -> set[int]:
    """The process and all its descendants."""
    parents = {
        int(entry.name): int(fields[1])
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and (fields := stat_fields(int(entry.name)))
    }
    members = {pid}
    while grown := {child for child, parent in parents.items() if parent in members} - members:
        members |= grown
    return members


def cpu_seconds(pid: int) -> float:
    """CPU time of the process and its descendants so far, user and system, the dead included."""
    fields = [stat_fields(member) for member in family(pid)]
    return sum(int(tick) for stat in fields for tick in stat[11:15]) / TICKS_PER_SECOND


def largest_resident_mb(pid: int) -> float:
    """Resident memory of the biggest process among it and its descendants, in MB of 10^6 bytes."""
    pages = [int(stat[21]) for member in family(pid) if (stat := stat_fields(member))]
    return max(pages, default=0) * PAGE / 1e6


class Growth:
    """By how much the memory of a process of a family peaks above what it has now."""

    def __init__(self, pid: int) -> None:
        self._before = {member: forget_peak(member) for member in family(pid)}

    def mb(self) -> float:
        """Of the process that has grown most, in MB of 10^6 bytes."""
        return max(peak_mb(pid) - before for pid, before in self._before.items())


def forget_peak(pid: int) -> float:
    """Let the peak of the process's resident memory begin anew, from what it has now, in MB."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak_mb(pid)


def peak_mb(pid: int) -> float:
    """The most resident memory that the process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024 / 1e6


@contextmanager
def on_one_core() -> Iterator[None]:
    """Processes that are started within have one core among them, also afterwards."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def fsync_microseconds(folder: Path, times: int = 300) -> float:
    """Median time for a write of 8 KiB and its fdatasync in this folder, in microseconds."""
    block = b"\0" * 8192
    file = folder / "fsync"
    taken = []
    with file.open("wb", buffering=0) as out:
        for _ in range(times):
            start = time.perf_counter()
            out.write(block)
            os.fdatasync(out.fileno())
            taken.append(time.perf_counter() - start)
    file.unlink()
    return statistics.median(taken) * 1e6
