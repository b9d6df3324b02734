"""The bank state during a call: read on demand, stored afterwards, and only when it is news."""

from collections.abc import Callable

import pytest

from cms.service.bank_states import LONGEST_STATE, HeldState

STORED = b"stored"
Act = Callable[[HeldState], object]


class Store:
    def __init__(self) -> None:
        self.reads = 0
        self.written: list[bytes | None] = []
        self.replaced: list[tuple[bytes | None, bytes | None]] = []

    def read(self) -> bytes | None:
        self.reads += 1
        return STORED

    def held(self) -> HeldState:
        return HeldState(self.read, self.written.append, self.replace)

    def replace(self, seen: bytes | None, state: bytes | None) -> None:
        self.replaced.append((seen, state))


@pytest.mark.parametrize(
    "acts, written, replaced",
    [
        ([], [], []),
        ([HeldState.load, HeldState.load], [], []),
        ([lambda state: state.save(b"new")], [b"new"], []),
        ([lambda state: state.save(b"one"), lambda state: state.save(b"two")], [b"two"], []),
        ([lambda state: state.save(None)], [None], []),
        ([lambda state: state.save(b"")], [None], []),
        ([HeldState.load, lambda state: state.save(STORED)], [], []),
        ([HeldState.load, lambda state: state.save(b"new")], [], [(STORED, b"new")]),
        ([HeldState.load, lambda state: state.save(None)], [], [(STORED, None)]),
        ([lambda state: state.save(b"new"), HeldState.load], [b"new"], []),
        (
            [HeldState.load, lambda state: state.save(b"x"), lambda state: state.save(STORED)],
            [],
            [],
        ),
    ],
    ids=[
        "nothing",
        "read",
        "saved",
        "twice",
        "none",
        "empty",
        "equal",
        "replaced",
        "forgotten",
        "read afterwards",
        "back again",
    ],
)
def test_only_what_is_asked_for_is_read_and_only_news_is_stored(
    acts: list[Act],
    written: list[bytes | None],
    replaced: list[tuple[bytes | None, bytes | None]],
) -> None:
    store = Store()
    state = store.held()
    for act in acts:
        act(state)
    assert (store.written, store.replaced) == ([], [])
    state.keep()

    seen_first = HeldState.load in acts[:1]
    assert (store.reads, store.written, store.replaced) == (seen_first, written, replaced)


def test_what_was_saved_is_what_is_loaded() -> None:
    store = Store()
    state = store.held()
    assert state.load() == STORED
    state.save(b"new")
    assert state.load() == b"new"
    state.save(None)
    assert state.load() is None


def test_a_new_payment_has_nothing_to_read_and_is_stored_by_whoever_keeps_it() -> None:
    state = HeldState()
    assert state.load() is None
    state.save(b"new")
    state.keep()
    assert (state.load(), state.noted) == (b"new", b"new")


def test_a_state_has_a_size() -> None:
    state = HeldState()
    state.save(b"x" * LONGEST_STATE)
    with pytest.raises(ValueError):
        state.save(b"x" * (LONGEST_STATE + 1))
    assert state.noted == b"x" * LONGEST_STATE
