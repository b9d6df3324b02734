"""Access by OAuth 2: a TPP's request, the PSU's decision, the code, and the tokens.

Codes and tokens are made here or handed in, told once, and kept as hashes only.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from cms.domain.access import (
    ACCESS_TOKEN_VALID_FOR,
    CODE_VALID_FOR,
    GRANT_VALID_FOR,
    MOST_NOT_GRANTED,
    REFRESH_TOKEN_VALID_FOR,
    AccessEnded,
    AccessRequest,
    GrantedByPayment,
    Token,
    TokenKind,
    ensure_never_paid,
)
from cms.domain.approach import Approach
from cms.domain.authorisation import Authorisation
from cms.domain.errors import Malformed, SealedByAnotherKey, Unknown
from cms.domain.events import EventType
from cms.domain.expiry import lapsed_by
from cms.domain.ids import known_form
from cms.domain.parties import PsuId, Tpp
from cms.domain.payment import RedirectUris
from cms.domain.statuses import Cause, ScaStatus
from cms.store.journal import changed_row
from cms.store.queries.oauth import NewCode
from cms.store.queries.sealed_rows import CONFIRMATION_CODES
from cms.store.sealing import KeyRing, Place, Sealed
from cms.store.unit_of_work import Store, UnitOfWork

Clock = Callable[[], datetime]

_APPROVED = b"approved"


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What a TPP is about to get. The access token is bound to the certificate it comes with."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    certificate_thumbprint: str | None


class Access:
    """The CMS's access requests and tokens. `issuer` is the address of the authorization server;
    None where the bank uses none of ours. `new_secret` makes 256 random bits as a text for URLs.
    """

    def __init__(
        self,
        store: Store,
        ring: KeyRing,
        clock: Clock,
        *,
        new_secret: Callable[[], str],
        issuer: str | None,
    ) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._new_secret = new_secret
        self.issuer = issuer

    def begin(self, request: AccessRequest) -> bool:
        """Keep a new request. One for the same authorisation that is undecided has ended.

        False where too many of the TPP have come already: before any payment whoever opens an
        address makes one. Raises AccessEnded where the authorisation is decided by now.
        """
        tpp_id, most = request.tpp_id, MOST_NOT_GRANTED
        with self._store.writing() as uow:
            if request.authorisation_id is not None:
                # One at a time: two would both find no earlier one.
                below = uow.authorisations.find(request.authorisation_id, lock=True)
                if below is None or below.status.finalised or below.authorised:
                    raise AccessEnded
            elif uow.oauth.not_granted(tpp_id, self._clock(), most) >= most:
                return False
            uow.oauth.add(request)
        return True

    def for_payment(self, request_id: str) -> AccessRequest:
        """The request of whatever tenant: the PSU's browser names none.

        Raises Unknown, also for one before any payment: anybody may know the id of that, and the
        bank alone decides it.
        """
        with self._store.reading() as uow:
            request = _known(uow, request_id)
        if request.scope.payment_id is None:
            raise Unknown
        return request

    def asked(self, request_id: str, instance_id: str) -> tuple[AccessRequest, Tpp]:
        """The request of this tenant that the PSU is to decide, and whose it is.

        Raises Unknown and AccessEnded.
        """
        with self._store.reading() as uow:
            request = _known(uow, request_id)
            tpp = uow.tpps.find(request.tpp_id)
        if tpp is None or request.instance_id != instance_id:
            raise Unknown
        self._ensure_open(request)
        return request, tpp

    def ways_back(self, authorisation: Authorisation) -> RedirectUris:
        """Where the online banking sends the PSU afterwards. With integrated OAuth that is our
        authorization server, which takes the PSU on to the TPP.

        Who knows the good way back proves by it that the PSU has done its part: only the bank
        learns it from us, and shows it to nobody before (spec: session fixation).
        """
        own = authorisation.redirect_uris
        if self.issuer is None or authorisation.sca_approach is not Approach.OAUTH:
            return own
        with self._store.reading() as uow:
            request = uow.oauth.latest(authorisation.authorisation_id)
        if request is None or not request.leads_back_at(self._clock()):
            return own
        return RedirectUris(
            ok=f"{self.issuer}/oauth/approved/{request.request_id}/{self._proof(request)}",
            nok=f"{self.issuer}/oauth/declined/{request.request_id}",
        )

    def grant(self, request_id: str, instance_id: str, psu: PsuId) -> str:
        """The PSU has granted it on a page of the bank's; the address that takes the code to the
        TPP. Raises Unknown, AccessEnded, GrantedByPayment, Malformed.
        """
        if psu.empty:
            raise Malformed("psuId is missing.", path="psuId")
        request, _ = self.asked(request_id, instance_id)
        if request.scope.payment_id is not None:
            raise GrantedByPayment
        return self._grant(request, psu)

    def approved(
        self, request_id: str, proof: str, confirmation_code: str | None
    ) -> tuple[str, bool]:
        """The PSU comes back from authorising the payment; the address that takes the code to the
        TPP, with the confirmation code where one has to follow. Who comes again, while nobody has
        used the code, gets another one in its place. Where the authorisation has failed since, the
        address tells the TPP so; the second value is whether it brings a code.

        Raises Unknown, also for a wrong proof and while the PSU has not authorised, AccessEnded and
        BeingDecided.
        """
        with self._store.reading() as uow:
            request = _known(uow, request_id)
            below = request.authorisation_id
            authorisation = uow.authorisations.find(below) if below else None
        self._check_proof(request, proof)
        now = self._clock()
        if authorisation is None:
            raise Unknown
        if authorisation.status is ScaStatus.FAILED or lapsed_by(authorisation, now) is not None:
            return self.decline(request), False
        if not request.leads_back_at(now):
            raise AccessEnded
        if authorisation.psu is None or not authorisation.authorised:
            raise Unknown
        if authorisation.status is not ScaStatus.UNCONFIRMED:
            confirmation_code = None
        return self._grant(request, authorisation.psu, confirmation_code), True

    def decline(self, request: AccessRequest) -> str:
        """The PSU has not granted it; the address that tells the TPP.

        With it ends an authorisation to which no PSU has come: nobody can pay any more what the TPP
        holds for declined. Raises AccessEnded, also for a payment that was authorised, and
        BeingDecided.
        """
        with self._store.writing() as uow:
            self._ensure_never_paid(uow, request)
            if not uow.oauth.decline(request, self._clock()):
                raise AccessEnded
            self._note(uow, EventType.ACCESS_DECLINED, request)
        return request.answer(self.issuer or "", error="access_denied")

    def granted_by(self, psu: PsuId, instance_id: str) -> list[tuple[AccessRequest, Tpp]]:
        """What this PSU has granted and TPPs can still use, the newest first. Raises Malformed."""
        if psu.empty:
            raise Malformed("psu-id is missing.", path="psu-id")
        now = self._clock()
        with self._store.reading() as uow:
            found = uow.oauth.granted_by(psu, instance_id, since=now - GRANT_VALID_FOR, now=now)
            tpps = [uow.tpps.find(each.tpp_id) for each in found]
        return [(each, tpp) for each, tpp in zip(found, tpps, strict=True) if tpp is not None]

    def take_back(self, request_id: str, instance_id: str, psu: PsuId) -> None:
        """The PSU grants it no more, or the bank for the PSU; again it changes nothing.

        Raises Unknown, also for what another PSU has granted.
        """
        with self._store.writing() as uow:
            request = _known(uow, request_id)
            own = request.instance_id == instance_id and request.granted_at is not None
            if not own or request.psu is None or not psu.same_as(request.psu):
                raise Unknown
            if uow.oauth.revoke_all(request, self._clock()):
                self._note(uow, EventType.ACCESS_REVOKED, request)

    def of_code(self, code: str) -> AccessRequest | None:
        """The request that has ended in this code, good or not; None where nobody has issued it."""
        with self._store.reading() as uow:
            return uow.oauth.by_code(hashed(code))

    def redeem(self, code: str, new: NewTokens) -> bool:
        """Keep the first tokens in the place of a code; False if it is not good any more."""
        with self._store.writing() as uow:
            request = self._claim(uow, code)
            if request is not None:
                self._add(uow, request, new)
        return request is not None

    def spoil(self, code: str) -> None:
        """The code has had its only try, and that was a wrong one."""
        with self._store.writing() as uow:
            self._claim(uow, code)

    def exchange(self, refresh_token: str, new: NewTokens) -> bool:
        """Keep new tokens in the place of a refresh token; False if it is not good any more."""
        token_hash = hashed(refresh_token)
        with self._store.writing() as uow:
            taken = uow.oauth.use_up(token_hash, self._clock())
            old = uow.oauth.find_token(token_hash)
            if old is not None and taken:
                self._add(uow, old.request, new)
            elif old is not None and old.used_at is not None:
                self._void(uow, old.request)  # it came twice at the same moment
        return old is not None and taken

    def token(self, token: str) -> Token | None:
        """What is known of a token, good or not; None for one that nobody has issued here."""
        with self._store.reading() as uow:
            return uow.oauth.find_token(hashed(token))

    def refreshing(self, refresh_token: str) -> Token | None:
        """A good refresh token. One that was exchanged and comes again is in wrong hands: all that
        stems from its request is void.
        """
        found, now = self.token(refresh_token), self._clock()
        if found is None or found.kind is not TokenKind.REFRESH:
            return None
        if found.used_at is not None:
            with self._store.writing() as uow:
                self._void(uow, found.request)
        return found if found.good_at(now) else None

    def revoke(self, token: str) -> None:
        """The TPP needs it no more. With a refresh token all that stems from it goes (RFC 7009)."""
        token_hash, now = hashed(token), self._clock()
        with self._store.writing() as uow:
            found = uow.oauth.find_token(token_hash)
            if found is not None and found.kind is TokenKind.REFRESH:
                uow.oauth.revoke_all(found.request, now)
            elif found is not None:
                uow.oauth.revoke(token_hash, now)

    def confirmation_code(self, request: AccessRequest) -> str | None:
        """The confirmation code that came with the PSU's browser, if one has."""
        with self._store.reading() as uow:
            sealed = uow.oauth.confirmation(request)
        return None if sealed is None else self._ring.open(sealed, _code_of(request)).decode()

    def forget(self, kept_for: timedelta, limit: int) -> int:
        """Forget tokens that expired long ago, and requests without any; how many there were. A
        confirmation code goes as soon as its request is over.
        """
        now = self._clock()
        with self._store.writing() as uow:
            uow.oauth.drop_late_confirmations(now)
            return uow.oauth.purge(now - kept_for, limit)

    def _grant(
        self, request: AccessRequest, psu: PsuId, confirmation_code: str | None = None
    ) -> str:
        now, code = self._clock(), self._new_secret()
        new = NewCode(hashed(code), now + CODE_VALID_FOR)
        with self._store.writing() as uow:
            if uow.oauth.grant(request, psu, new, now):
                self._note(uow, EventType.ACCESS_GRANTED, request)
            elif request.authorisation_id is None or not uow.oauth.renew_code(request, new):
                raise AccessEnded
            if confirmation_code is not None:
                sealed = self._ring.seal(confirmation_code.encode(), _code_of(request))
                uow.oauth.keep_confirmation(request, sealed)
        return request.answer(self.issuer or "", code=code, confirmationCode=confirmation_code)

    def _claim(self, uow: UnitOfWork, code: str) -> AccessRequest | None:
        """Take the code for its only try, right or wrong; None for one that is not good.

        One that was tried before is in wrong hands, once at least: all that stems from it is void.
        One that nobody has tried in its time is worth nothing, and tells of no theft.
        """
        code_hash = hashed(code)
        claimed = uow.oauth.claim_code(code_hash, self._clock())
        request = uow.oauth.by_code(code_hash)
        if claimed or request is None:
            return request
        if request.code_used_at is not None:
            self._void(uow, request)
        return None

    def _add(self, uow: UnitOfWork, request: AccessRequest, new: NewTokens) -> None:
        now, bound_to = self._clock(), new.certificate_thumbprint
        kind, ends = TokenKind.ACCESS, now + ACCESS_TOKEN_VALID_FOR
        uow.oauth.add_token(hashed(new.access_token), Token(kind, request, now, ends, bound_to))
        granted_at = request.granted_at or now
        kind = TokenKind.REFRESH
        ends = min(now + REFRESH_TOKEN_VALID_FOR, granted_at + GRANT_VALID_FOR)
        uow.oauth.add_token(hashed(new.refresh_token), Token(kind, request, now, ends))

    def _ensure_never_paid(self, uow: UnitOfWork, request: AccessRequest) -> None:
        """Raises AccessEnded and BeingDecided."""
        if request.scope.payment_id is None or request.authorisation_id is None:
            return
        payment = uow.payments.find(request.scope.payment_id, lock=True)
        below = uow.authorisations.find(request.authorisation_id, lock=True)
        if payment is None or below is None:
            raise Unknown
        now = self._clock()
        cause = lapsed_by(below, now) or (Cause.ACCESS_DECLINED if below.awaits_psu else None)
        if cause is not None and payment.open_intent_id is None:
            uow.move(below, cause, at=now)
        ensure_never_paid(payment, below, uow.authorisations.of_parent(payment.payment_id))

    def _void(self, uow: UnitOfWork, request: AccessRequest) -> None:
        if uow.oauth.revoke_all(request, self._clock()):
            self._note(uow, EventType.ACCESS_VOIDED, request)

    def _note(self, uow: UnitOfWork, event_type: EventType, request: AccessRequest) -> None:
        """Put on record what was decided, or found out."""
        about = {
            "payment_id": request.scope.payment_id,
            "authorisation_id": request.authorisation_id,
        }
        row = changed_row(
            event_type,
            self._clock(),
            {"requestId": request.request_id, "scope": str(request.scope)},
            instance_id=request.instance_id,
            event_id=self._store.new_event_id(),
            tpp_authorisation_number=request.client_id,
            **{name: value for name, value in about.items() if value is not None},
        )
        uow.events.add_all([row])

    def _ensure_open(self, request: AccessRequest) -> None:
        if not request.open_at(self._clock()):
            raise AccessEnded

    def _proof(self, request: AccessRequest) -> str:
        sealed = self._ring.seal(_APPROVED, _proof_of(request))
        return f"{sealed.key_id}.{urlsafe_b64encode(sealed.content).decode().rstrip('=')}"

    def _check_proof(self, request: AccessRequest, proof: str) -> None:
        key_id, _, content = proof.partition(".")
        try:
            sealed = Sealed(key_id, urlsafe_b64decode(content + "=" * (-len(content) % 4)))
            self._ring.open(sealed, _proof_of(request))
        except (SealedByAnotherKey, NotBase64, ValueError):
            raise Unknown from None


def hashed(secret: str) -> str:
    """What is kept of a code or a token."""
    return sha256(secret.encode()).hexdigest()


def _known(uow: UnitOfWork, request_id: str) -> AccessRequest:
    request = uow.oauth.find(known_form(request_id))
    if request is None:
        raise Unknown
    return request


def _proof_of(request: AccessRequest) -> Place:
    return Place("oauth_requests.approved", request.request_id, request.instance_id)


def _code_of(request: AccessRequest) -> Place:
    return Place(CONFIRMATION_CODES.name, request.request_id, request.instance_id)
