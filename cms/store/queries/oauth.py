"""OAuth 2: requests for access, their codes, and tokens; rows to domain and back.

What may be done once is one `UPDATE ... WHERE` it has not been done (S1).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from cms.domain.access import AccessRequest, Scope, Token, TokenKind
from cms.domain.parties import PsuId
from cms.store.queries.psus import psu_columns, psu_of
from cms.store.sealing import Sealed
from cms.store.tables import oauth_requests as requests
from cms.store.tables import oauth_tokens as tokens


@dataclass(frozen=True, slots=True)
class NewCode:
    """An authorization code that the TPP is about to get, as it is kept."""

    code_hash: str
    expires_at: datetime


class OAuthQueries:
    """Requests for access and tokens over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, request: AccessRequest) -> None:
        """A new request; an earlier one for the same authorisation is over. The browser of that one
        can still be told so; those before it came to nothing, and are forgotten.
        """
        if request.authorisation_id is not None:
            of_same = requests.c.authorisation_id == request.authorisation_id
            over = requests.c.ended_at.is_not(None), requests.c.granted_at.is_(None)
            self._connection.execute(delete(requests).where(of_same, *over))
            self._end(of_same, request.created_at)
        self._connection.execute(insert(requests).values(_row(request)))

    def find(self, request_id: str) -> AccessRequest | None:
        """The request, or None."""
        return self._one(requests.c.request_id == request_id)

    def latest(self, authorisation_id: str) -> AccessRequest | None:
        """The request that is decided by this authorisation, undecided or granted: one that waits
        comes first, else the newest.
        """
        query = select(requests).where(requests.c.authorisation_id == authorisation_id)
        query = query.where(or_(requests.c.ended_at.is_(None), requests.c.granted_at.is_not(None)))
        newest = requests.c.ended_at.is_not(None), requests.c.created_at.desc()
        row = self._connection.execute(query.order_by(*newest).limit(1)).one_or_none()
        return _request(row) if row else None

    def granted_by(
        self, psu: PsuId, instance_id: str, *, since: datetime, now: datetime
    ) -> list[AccessRequest]:
        """What this PSU has granted since then and a TPP can still use; the newest first."""
        token = exists().where(
            tokens.c.request_id == requests.c.request_id,
            tokens.c.used_at.is_(None),
            tokens.c.revoked_at.is_(None),
            tokens.c.expires_at > now,
        )
        code = and_(requests.c.code_used_at.is_(None), requests.c.code_expires_at > now)
        query = select(requests).where(
            *(requests.c[name] == value for name, value in psu_columns(psu).items()),
            requests.c.instance_id == instance_id,
            requests.c.granted_at > since,
            requests.c.revoked_at.is_(None),
            or_(token, code),
        )
        newest = requests.c.granted_at.desc(), requests.c.request_id
        return [_request(row) for row in self._connection.execute(query.order_by(*newest))]

    def not_granted(self, tpp_id: str, now: datetime, most: int) -> int:
        """How many requests before any payment the TPP has whose time is not over and that nobody
        has granted; `most` at most.
        """
        of_it = select(requests.c.request_id).where(
            requests.c.tpp_id == tpp_id,
            requests.c.granted_at.is_(None),
            requests.c.authorisation_id.is_(None),
            requests.c.expires_at > now,
        )
        counted = select(func.count()).select_from(of_it.limit(most).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def by_code(self, code_hash: str) -> AccessRequest | None:
        """The request that has ended in the code of this hash, or None."""
        return self._one(requests.c.code_hash == code_hash)

    def grant(self, request: AccessRequest, psu: PsuId, code: NewCode, at: datetime) -> bool:
        """The PSU has granted it, and the TPP gets a code; False if it was decided before."""
        return self._end(
            requests.c.request_id == request.request_id,
            at,
            granted_at=at,
            code_hash=code.code_hash,
            code_expires_at=code.expires_at,
            **psu_columns(psu),
        )

    def renew_code(self, request: AccessRequest, code: NewCode) -> bool:
        """Another code in the place of the one that nobody has used; False if somebody has, or all
        of the request is void.
        """
        statement = update(requests).where(
            requests.c.request_id == request.request_id,
            requests.c.granted_at.is_not(None),
            requests.c.code_used_at.is_(None),
            requests.c.revoked_at.is_(None),
        )
        changes = {"code_hash": code.code_hash, "code_expires_at": code.expires_at}
        return self._changed(statement.values(changes))

    def decline(self, request: AccessRequest, at: datetime) -> bool:
        """The PSU has not granted it; False if it was decided before."""
        return self._end(requests.c.request_id == request.request_id, at)

    def claim_code(self, code_hash: str, now: datetime) -> bool:
        """Take the code for its only use; False for one that is used, expired or unknown, or whose
        grant was taken back.
        """
        statement = update(requests).where(
            requests.c.code_hash == code_hash,
            requests.c.code_used_at.is_(None),
            requests.c.revoked_at.is_(None),
            requests.c.code_expires_at > now,
        )
        return self._changed(statement.values(code_used_at=now))

    def keep_confirmation(self, request: AccessRequest, sealed: Sealed) -> None:
        """The confirmation code that the PSU's browser has brought along."""
        statement = update(requests).where(requests.c.request_id == request.request_id)
        self._connection.execute(
            statement.values(confirmation_key_id=sealed.key_id, confirmation_sealed=sealed.content)
        )

    def confirmation(self, request: AccessRequest) -> Sealed | None:
        """That code, or None."""
        columns = requests.c.confirmation_key_id, requests.c.confirmation_sealed
        query = select(*columns).where(requests.c.request_id == request.request_id)
        row = self._connection.execute(query).one_or_none()
        if row is None or row.confirmation_sealed is None:
            return None
        return Sealed(row.confirmation_key_id, bytes(row.confirmation_sealed))

    def drop_confirmation(self, authorisation_id: str) -> None:
        """Nobody confirms by that code any more: the authorisation has ended."""
        self._drop_confirmations(requests.c.authorisation_id == authorisation_id)

    def drop_late_confirmations(self, now: datetime) -> None:
        """Forget the codes of requests whose time is over."""
        self._drop_confirmations(requests.c.expires_at <= now)

    def add_token(self, token_hash: str, token: Token) -> None:
        """A new token."""
        self._connection.execute(
            insert(tokens).values(
                token_hash=token_hash,
                request_id=token.request.request_id,
                kind=token.kind.value,
                certificate_thumbprint=token.certificate_thumbprint,
                issued_at=token.issued_at,
                expires_at=token.expires_at,
            )
        )

    def find_token(self, token_hash: str) -> Token | None:
        """The token of this hash, or None."""
        query = select(tokens).where(tokens.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        request = self.find(row.request_id) if row else None
        return _token(row, request) if row is not None and request is not None else None

    def use_up(self, token_hash: str, now: datetime) -> bool:
        """Take a refresh token for its only use; False if it is not good any more."""
        statement = update(tokens).where(
            tokens.c.token_hash == token_hash,
            tokens.c.used_at.is_(None),
            tokens.c.revoked_at.is_(None),
            tokens.c.expires_at > now,
        )
        return self._changed(statement.values(used_at=now))

    def revoke(self, token_hash: str, at: datetime) -> None:
        """One token is worth nothing from now on."""
        statement = update(tokens).where(
            tokens.c.token_hash == token_hash, tokens.c.revoked_at.is_(None)
        )
        self._connection.execute(statement.values(revoked_at=at))

    def revoke_all(self, request: AccessRequest, at: datetime) -> bool:
        """All that stems from the request is worth nothing from now on, and what is yet to come;
        False if that is so already.
        """
        statement = update(requests).where(
            requests.c.request_id == request.request_id, requests.c.revoked_at.is_(None)
        )
        return self._changed(statement.values(revoked_at=at))

    def purge(self, before: datetime, limit: int) -> int:
        """Forget tokens that have expired, and requests that have none and are over; how many of
        both there were.
        """
        gone = select(tokens.c.token_hash).where(tokens.c.expires_at < before)
        gone = gone.order_by(tokens.c.expires_at).limit(limit).with_for_update(skip_locked=True)
        done = self._connection.execute(
            delete(tokens).where(tokens.c.token_hash.in_(gone))
        ).rowcount
        without = ~exists().where(tokens.c.request_id == requests.c.request_id)
        over = select(requests.c.request_id).where(and_(requests.c.expires_at < before, without))
        over = over.order_by(requests.c.expires_at).limit(limit - done)
        over = over.with_for_update(skip_locked=True)
        statement = delete(requests).where(requests.c.request_id.in_(over))
        return done + self._connection.execute(statement).rowcount

    def _drop_confirmations(self, which: ColumnElement[bool]) -> None:
        statement = update(requests).where(which, requests.c.confirmation_key_id.is_not(None))
        self._connection.execute(
            statement.values(confirmation_key_id=None, confirmation_sealed=None)
        )

    def _one(self, *where: ColumnElement[bool]) -> AccessRequest | None:
        row = self._connection.execute(select(requests).where(*where)).one_or_none()
        return _request(row) if row else None

    def _end(self, which: ColumnElement[bool], at: datetime, **columns: object) -> bool:
        statement = update(requests).where(which, requests.c.ended_at.is_(None))
        return self._changed(statement.values(ended_at=at, **columns))

    def _changed(self, statement: Any) -> bool:
        changed: int = self._connection.execute(statement).rowcount
        return changed > 0


def _row(request: AccessRequest) -> dict[str, Any]:
    return {
        "request_id": request.request_id,
        "instance_id": request.instance_id,
        "tpp_id": request.tpp_id,
        "client_id": request.client_id,
        "payment_id": request.scope.payment_id,
        "authorisation_id": request.authorisation_id,
        "redirect_uri": request.redirect_uri,
        "state": request.state,
        "code_challenge": request.code_challenge,
        "created_at": request.created_at,
        "expires_at": request.expires_at,
    } | psu_columns(request.psu)


def _request(row: Row[Any]) -> AccessRequest:
    return AccessRequest(
        request_id=row.request_id,
        instance_id=row.instance_id,
        tpp_id=row.tpp_id,
        client_id=row.client_id,
        scope=Scope(row.payment_id),
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=row.state,
        authorisation_id=row.authorisation_id,
        psu=psu_of(row) if row.psu_id is not None else None,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
        code_used_at=row.code_used_at,
        revoked_at=row.revoked_at,
    )


def _token(row: Row[Any], request: AccessRequest) -> Token:
    return Token(
        kind=TokenKind(row.kind),
        request=request,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        certificate_thumbprint=row.certificate_thumbprint,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
