"""The processes of a running server, as the system sees them."""

from pathlib import Path


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def family_of(pid: int) -> list[int]:
    return [pid, *(member for child in children_of(pid) for member in family_of(child))]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
