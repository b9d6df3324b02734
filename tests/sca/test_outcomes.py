"""What the bank's answers make of an embedded authorisation (spec 17.2 to 17.4, A3, A5, A7)."""

from dataclasses import dataclass
from typing import Any

import pytest

from cms.domain.approach import Approach
from cms.domain.authorisation import AuthorisationKind
from cms.domain.statuses import ScaStatus, TransactionStatus
from spi.answers import BankCode, Done, Refused, Unknown
from spi.types import (
    Authenticated,
    CancellationBegun,
    MethodSelected,
    NoScaNeeded,
    Outcome,
    ScaCode,
)
from tests.houses import EMAIL, PUSH, SMS, FakeBank, refused
from tests.http.cms.authorising import started
from tests.json_orders import periodic
from tests.sca.driving import (
    CANCELLATION,
    CREATION,
    METHOD,
    PASSWORD,
    SEGMENTS,
    TAN,
    Driven,
    placed,
    put,
    set_status,
    start,
    told,
)
from tests.tpps import PSU_ID, TppClient

HOUSE = {
    "common": {"scaApproachesSupported": ["EMBEDDED"], "startAuthorisationMode": "explicit"},
    "pis": {
        "supportedPaymentTypeAndProductMatrix": {
            "SINGLE": ["sepa-credit-transfers"],
            "PERIODIC": ["sepa-credit-transfers"],
        }
    },
}

A, T = ScaStatus, TransactionStatus
AUTHENTICATE, SELECT, DEED = "authenticate_psu", "select_sca_method", "deed"
WRONG = refused(BankCode.PSU_CREDENTIALS_INVALID)
LAST_WRONG = refused(BankCode.PSU_CREDENTIALS_INVALID, ends=True)
BLOCKED = refused(BankCode.SERVICE_BLOCKED)
FAILED = refused(BankCode.PAYMENT_FAILED)
SILENT = Unknown("time-out")
TWO = Done(Authenticated((SMS, EMAIL)))
ONE = Done(Authenticated((SMS,)))
NONE = Done(Authenticated())
PUSHED = Done(Authenticated((PUSH,)))
EXEMPT = Done(Authenticated((SMS,), exempted=True))
EXEMPT_LATER = Done(MethodSelected(SMS, exempted=True))
STARTED = Done(MethodSelected(SMS, status=A.STARTED))
SAME = None


@dataclass(frozen=True)
class Case:
    """The bank's answers, and what comes of them. `acts`: the payment is executed, or cancelled."""

    name: str
    bank: dict[str, Any]
    answer: str
    becomes: ScaStatus | None
    asked: tuple[str, ...]
    acts: bool = False
    shows: frozenset[str] = frozenset()
    only: AuthorisationKind | None = None


SHOWS_METHODS = frozenset({"scaMethods"})
SHOWS_CHALLENGE = frozenset({"chosenScaMethod", "challengeData"})

# The AUTH block: the PSU's password has come. `done`: what execution or cancellation answers.
AUTH = [
    Case("two methods", {"authenticated": TWO}, "200", A.PSU_AUTHENTICATED, (AUTHENTICATE,),
         shows=SHOWS_METHODS),
    Case("one method", {"authenticated": ONE}, "200", A.SCA_METHOD_SELECTED,
         (AUTHENTICATE, SELECT), shows=SHOWS_CHALLENGE),
    Case("no method", {"authenticated": NONE}, "200", A.FINALISED, (AUTHENTICATE, DEED), acts=True),
    Case("decoupled method", {"authenticated": PUSHED}, "200", A.SCA_METHOD_SELECTED,
         (AUTHENTICATE, SELECT)),
    Case("the bank's own status", {"authenticated": ONE, "selected": STARTED}, "200", A.STARTED,
         (AUTHENTICATE, SELECT), shows=frozenset({"chosenScaMethod"})),
    Case("exempted", {"authenticated": EXEMPT}, "200", A.EXEMPTED, (AUTHENTICATE, DEED),
         acts=True, only=CREATION),
    Case("exempted at the method", {"authenticated": ONE, "selected": EXEMPT_LATER}, "200",
         A.EXEMPTED, (AUTHENTICATE, SELECT, DEED), acts=True, only=CREATION),
    Case("never exempted", {"authenticated": EXEMPT}, "200", A.SCA_METHOD_SELECTED,
         (AUTHENTICATE, SELECT), shows=SHOWS_CHALLENGE, only=CANCELLATION),
    Case("wrong", {"authenticated": WRONG}, "401 PSU_CREDENTIALS_INVALID", SAME, (AUTHENTICATE,)),
    Case("last wrong", {"authenticated": LAST_WRONG}, "401 PSU_CREDENTIALS_INVALID", A.FAILED,
         (AUTHENTICATE,)),
    Case("blocked", {"authenticated": BLOCKED}, "403 SERVICE_BLOCKED", SAME, (AUTHENTICATE,)),
    Case("no answer", {"authenticated": SILENT}, "503 SERVICE_UNAVAILABLE", SAME, (AUTHENTICATE,)),
    Case("raises", {"authenticated": RuntimeError("x")}, "503 SERVICE_UNAVAILABLE", SAME,
         (AUTHENTICATE,)),
    Case("no code sent", {"authenticated": ONE, "selected": BLOCKED}, "403 SERVICE_BLOCKED", SAME,
         (AUTHENTICATE, SELECT)),
    Case("refused at the code", {"authenticated": ONE, "selected": LAST_WRONG},
         "401 PSU_CREDENTIALS_INVALID", A.FAILED, (AUTHENTICATE, SELECT)),
    Case("silent at the code", {"authenticated": ONE, "selected": SILENT},
         "503 SERVICE_UNAVAILABLE", SAME, (AUTHENTICATE, SELECT)),
    Case("not executed", {"authenticated": NONE, "done": FAILED}, "400 PAYMENT_FAILED", SAME,
         (AUTHENTICATE, DEED)),
    Case("executed or not", {"authenticated": NONE, "done": SILENT}, "503 SERVICE_UNAVAILABLE",
         SAME, (AUTHENTICATE, DEED)),
]  # fmt: skip
EVERY_KIND = [
    pytest.param(case, kind, id=f"{case.name}-{SEGMENTS[kind]}")
    for case in AUTH
    for kind in (CREATION, CANCELLATION)
    if case.only in {None, kind}
]


def answering(bank: FakeBank, answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        if name == "done":
            bank.executed = bank.cancelled = answer
        else:
            setattr(bank, name, answer)


def asked_of(bank: FakeBank, kind: AuthorisationKind) -> tuple[str, ...]:
    deed = "cancel_payment" if kind is CANCELLATION else "execute_payment"
    return tuple(DEED if name == deed else name for name in bank.asked)


@pytest.mark.parametrize("at", [A.RECEIVED, A.PSU_IDENTIFIED])
@pytest.mark.parametrize("case, kind", EVERY_KIND)
def test_after_the_password(
    tpp: TppClient, case: Case, kind: AuthorisationKind, at: ScaStatus
) -> None:
    driven = placed(tpp, at, kind=kind)
    paid_before = driven.payment.status
    answering(tpp.world.bank, case.bank)
    answer = driven.put(PASSWORD, psu_id=PSU_ID)

    assert told(answer) == case.answer
    assert asked_of(tpp.world.bank, kind) == case.asked
    # Who the PSU is, is on record before money moves; else a refusal changes nothing.
    named = at is A.RECEIVED and DEED in case.asked
    unchanged = A.PSU_IDENTIFIED if named else at
    acted = T.CANC if kind is CANCELLATION else T.ACCP
    assert driven.stands == (case.becomes or unchanged, acted if case.acts else paid_before)
    if answer.status_int == 200:
        assert_shown(answer, case)
        assert driven.authorisation.psu is not None
    if DEED in case.asked:
        assert [proof for _, proof in tpp.world.bank.deeds] == [NoScaNeeded()]


@pytest.mark.parametrize("case, kind", EVERY_KIND)
def test_the_password_with_the_start(tpp: TppClient, case: Case, kind: AuthorisationKind) -> None:
    """Spec 17.3: the same in one call; what the bank refuses is below the payment nevertheless."""
    collection, paid_before = startable(tpp, kind)
    answering(tpp.world.bank, case.bank)
    answer = start(tpp, collection, PASSWORD, {"PSU-ID": PSU_ID})
    asked = asked_of(tpp.world.bank, kind)
    (authorisation_id,) = tpp.get(collection).json["authorisationIds"]
    driven = Driven(tpp, collection.rpartition("/")[0], kind, authorisation_id)

    assert told(answer) == case.answer.replace("200", "201")
    assert asked == ("start_authorisation", *case.asked)
    acted = T.CANC if kind is CANCELLATION else T.ACCP
    assert driven.stands == (
        case.becomes or A.PSU_IDENTIFIED,
        acted if case.acts else paid_before,
    )
    if answer.status_int == 201:
        assert_shown(answer, case)
        assert answer.json["authorisationId"] == authorisation_id


def startable(tpp: TppClient, kind: AuthorisationKind) -> tuple[str, TransactionStatus]:
    """Where to start an authorisation of this kind, and the payment's status."""
    made = tpp.initiated(headers={"PSU-ID": PSU_ID})
    status = T.RCVD
    if kind is CANCELLATION:
        status = T.ACCP
        set_status(tpp.world, made.payment_id, status)
        tpp.world.bank.begun = Done(CancellationBegun(authorisation_mandated=True))
        assert tpp.call("DELETE", made.path, {"Content-Type": None}).status_int == 202
    tpp.world.bank.asked.clear()
    return f"{made.path}/{SEGMENTS[kind]}", status


def assert_shown(answer: Any, case: Case) -> None:
    """Methods or the challenge, just where there is a choice or a code; the links lead on."""
    decoupled = case.bank["authenticated"] is PUSHED
    approach = "DECOUPLED" if decoupled else "EMBEDDED"
    next_link = {
        A.PSU_AUTHENTICATED: {"selectAuthenticationMethod"},
        A.SCA_METHOD_SELECTED: set() if decoupled else {"authoriseTransaction"},
    }
    assert case.becomes is not None
    assert answer.json["_links"].keys() == {"scaStatus"} | next_link.get(case.becomes, set())
    assert answer.json.keys() & {"scaMethods", "chosenScaMethod", "challengeData"} == case.shows
    assert answer.headers["Aspsp-Sca-Approach"] == approach


@pytest.mark.parametrize("with_method", [True, False])
def test_a_standing_order_is_never_exempted(tpp: TppClient, *, with_method: bool) -> None:
    """Spec 20; RTS on SCA, article 14."""
    path = "/v1/periodic-payments/sepa-credit-transfers"
    made = tpp.initiated(periodic(), {"PSU-ID": PSU_ID}, path)
    authorisation_id = started(
        tpp.world, made.payment_id, CREATION, psu_id=PSU_ID, sca_approach=Approach.EMBEDDED
    )
    tpp.world.bank.authenticated = ONE if with_method else EXEMPT
    tpp.world.bank.selected = EXEMPT_LATER if with_method else None
    answer = put(tpp, f"{made.authorisations}/{authorisation_id}", PASSWORD)

    assert (told(answer), answer.json["scaStatus"]) == ("200", "scaMethodSelected")
    assert "execute_payment" not in tpp.world.bank.asked


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize(
    "method, selected, answer, becomes, approach",
    [
        ("email", None, "200", A.SCA_METHOD_SELECTED, "EMBEDDED"),
        ("push", None, "200", A.SCA_METHOD_SELECTED, "DECOUPLED"),
        ("unknown", None, "400 SCA_METHOD_UNKNOWN", A.PSU_AUTHENTICATED, "EMBEDDED"),
        # A7: the approach switches only after the bank has accepted it.
        ("push", BLOCKED, "403 SERVICE_BLOCKED", A.PSU_AUTHENTICATED, "EMBEDDED"),
        ("push", SILENT, "503 SERVICE_UNAVAILABLE", A.PSU_AUTHENTICATED, "EMBEDDED"),
        ("push", LAST_WRONG, "401 PSU_CREDENTIALS_INVALID", A.FAILED, "EMBEDDED"),
    ],
)
def test_the_choice_of_a_method(
    tpp: TppClient,
    kind: AuthorisationKind,
    method: str,
    selected: Any,
    answer: str,
    becomes: ScaStatus,
    approach: str,
) -> None:
    driven = placed(tpp, A.PSU_AUTHENTICATED, kind=kind)
    tpp.world.bank.selected = selected
    got = driven.put({"authenticationMethodId": method})

    assert told(got) == answer
    found = driven.authorisation
    assert (found.status, found.sca_approach.value) == (becomes, approach)
    assert found.authentication_method_id == (method if answer == "200" else None)
    if approach == "DECOUPLED":  # from now on the TPP waits (spec 19)
        assert told(driven.put(TAN)) == "403 SERVICE_BLOCKED"


def test_an_exemption_at_the_choice_of_a_method(tpp: TppClient) -> None:
    driven = placed(tpp, A.PSU_AUTHENTICATED)
    tpp.world.bank.selected = EXEMPT_LATER

    assert driven.put(METHOD).json["scaStatus"] == "exempted"
    assert driven.stands == (A.EXEMPTED, T.ACCP)


@pytest.mark.parametrize(
    "kind, done, answer, becomes, paid",
    [
        (CREATION, Done(Outcome(T.ACCP)), "200", A.FINALISED, T.ACCP),
        (CREATION, Done(Outcome(T.ACSC)), "200", A.FINALISED, T.ACSC),
        (CREATION, Done(Outcome(T.RJCT)), "200", A.FINALISED, T.RJCT),
        (CREATION, Done(Outcome(T.PATC)), "200", A.FINALISED, T.PATC),
        (CREATION, Done(Outcome(T.ACSP, A.EXEMPTED)), "200", A.EXEMPTED, T.ACSP),
        (CREATION, WRONG, "401 PSU_CREDENTIALS_INVALID", SAME, T.RCVD),
        (CREATION, LAST_WRONG, "401 PSU_CREDENTIALS_INVALID", A.FAILED, T.RCVD),
        (CREATION, FAILED, "400 PAYMENT_FAILED", SAME, T.RCVD),
        (CREATION, SILENT, "503 SERVICE_UNAVAILABLE", SAME, T.RCVD),
        (CREATION, RuntimeError("x"), "503 SERVICE_UNAVAILABLE", SAME, T.RCVD),
        (CANCELLATION, Done(Outcome(T.CANC)), "200", A.FINALISED, T.CANC),
        (CANCELLATION, WRONG, "401 PSU_CREDENTIALS_INVALID", SAME, T.ACCP),
        (CANCELLATION, LAST_WRONG, "401 PSU_CREDENTIALS_INVALID", A.FAILED, T.ACCP),
        (
            CANCELLATION,
            refused(BankCode.CANCELLATION_INVALID),
            "405 CANCELLATION_INVALID",
            SAME,
            T.ACCP,
        ),
        (CANCELLATION, SILENT, "503 SERVICE_UNAVAILABLE", SAME, T.ACCP),
    ],
)
def test_the_code_and_what_the_bank_says(
    tpp: TppClient,
    kind: AuthorisationKind,
    done: Any,
    answer: str,
    becomes: ScaStatus | None,
    paid: TransactionStatus,
) -> None:
    driven = placed(tpp, A.SCA_METHOD_SELECTED, kind=kind)
    tpp.world.bank.executed = tpp.world.bank.cancelled = done

    assert told(driven.put(TAN)) == answer
    assert driven.stands == (becomes or A.SCA_METHOD_SELECTED, paid)
    assert [proof for _, proof in tpp.world.bank.deeds] == [ScaCode("123456")]
    lost = not isinstance(done, Done | Refused)
    assert (driven.payment.open_intent_id is not None) is lost
    assert driven.payment.multilevel is (paid is T.PATC)


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
def test_after_a_wrong_code_the_right_one_counts(tpp: TppClient, kind: AuthorisationKind) -> None:
    """A5. Each try is a deed of its own: what was refused under one id stays refused."""
    driven = placed(tpp, A.SCA_METHOD_SELECTED, kind=kind)
    bank = tpp.world.bank
    right = bank.executed, bank.cancelled
    bank.executed = bank.cancelled = WRONG
    assert [told(driven.put(TAN)) for _ in range(2)] == ["401 PSU_CREDENTIALS_INVALID"] * 2
    bank.executed, bank.cancelled = right

    assert told(driven.put(TAN)) == "200"
    assert len({deed.deed_id for deed, _ in bank.deeds}) == 3


@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
@pytest.mark.parametrize(
    "sent, methods, becomes, asked",
    [
        (PASSWORD | TAN, (SMS,), A.FINALISED, (AUTHENTICATE, SELECT, DEED)),
        (PASSWORD | METHOD, (SMS, EMAIL), A.SCA_METHOD_SELECTED, (AUTHENTICATE, SELECT)),
        (PASSWORD | METHOD | TAN, (SMS, EMAIL), A.FINALISED, (AUTHENTICATE, SELECT, DEED)),
        (PASSWORD | TAN, (SMS, EMAIL), A.PSU_AUTHENTICATED, (AUTHENTICATE,)),
        (PASSWORD | METHOD | TAN, (), A.FINALISED, (AUTHENTICATE, DEED)),
    ],
)
def test_all_in_one_call(
    tpp: TppClient,
    kind: AuthorisationKind,
    sent: Any,
    methods: Any,
    becomes: ScaStatus,
    asked: tuple[str, ...],
) -> None:
    """A8: the start takes everything that the TPP has, as far as it leads."""
    collection, _ = startable(tpp, kind)
    tpp.world.bank.authenticated = Done(Authenticated(methods))
    answer = start(tpp, collection, sent, {"PSU-ID": PSU_ID})

    assert (told(answer), answer.json["scaStatus"]) == ("201", becomes)
    assert asked_of(tpp.world.bank, kind) == ("start_authorisation", *asked)


@pytest.mark.parametrize("failure", [FAILED, SILENT, RuntimeError("x")])
@pytest.mark.parametrize("kind", [CREATION, CANCELLATION])
def test_a_start_that_the_bank_fails(tpp: TppClient, kind: AuthorisationKind, failure: Any) -> None:
    """A3: the bank's error is answered, the authorisation is kept as failed."""
    collection, status = startable(tpp, kind)
    tpp.world.bank.started = failure
    answer = start(tpp, collection, PASSWORD, {"PSU-ID": PSU_ID})

    expected = "400 PAYMENT_FAILED" if failure is FAILED else "503 SERVICE_UNAVAILABLE"
    assert told(answer) == expected
    assert tpp.world.bank.asked == ["start_authorisation"]
    (authorisation_id,) = tpp.get(collection).json["authorisationIds"]
    driven = Driven(tpp, collection.rpartition("/")[0], kind, authorisation_id)
    assert driven.stands == (A.FAILED, status)
    assert told(driven.put(PASSWORD)) == "409 STATUS_INVALID"
