"""The routes of authorisations: the same four below every collection of `xs2a.spec.resources`."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from cms.domain.authorisation import AuthorisationKind
from cms.domain.kept_answer import KeptAnswer
from cms.domain.parties import Role
from cms.domain.profile import Profile
from spi.types import ChallengeData, ScaMethod, TppNote
from xs2a.errors import RequestFaulty
from xs2a.flows.evidence import Progress, PsuUpdate
from xs2a.flows.reads import AuthorisationAddress, list_authorisations, read_sca_status
from xs2a.flows.start import StartRequest, start_authorisation
from xs2a.flows.update import update_authorisation
from xs2a.http import describe, gate, links
from xs2a.http.addresses import PAYMENT, addressed
from xs2a.http.answers import json_response, notes, psu_message
from xs2a.http.gate import Entry
from xs2a.http.replay import Replay, answer_once, replay_key, start_digest
from xs2a.http.sent import sent_body
from xs2a.http.update_body import START, UPDATE, read_update
from xs2a.http.wishes import redirect_uris_of_start, sca_wishes
from xs2a.spec import headers
from xs2a.spec.media_types import JSON
from xs2a.spec.messages import Message
from xs2a.spec.resources import Authorisations


def add_routes(blueprint: Blueprint, row: Authorisations) -> None:
    """Start, list, read and update the authorisations of this row."""
    collection = f"{PAYMENT}/{row.segment}"
    member = f"{collection}/<string:authorisation_id>"

    @blueprint.route(collection, methods=["POST"], endpoint=f"start_{row.segment}")
    @describe.start(blueprint, row)
    @gate.gate(role=Role.PSP_PI, event=row.start_event, headers=headers.START, collects=True)
    def start(entry: Entry, **path: str) -> Response:
        return _start(entry, row.kind, path)

    @blueprint.route(collection, methods=["GET"], endpoint=f"list_{row.segment}")
    @describe.authorisations(blueprint, row)
    @gate.gate(role=Role.PSP_PI, event=row.list_event, headers=headers.READ)
    def read_all(entry: Entry, **path: str) -> Response:
        with addressed(entry, path) as address:
            found = list_authorisations(gate.door().parts, entry.ctx, address, row.kind)
        return json_response({"authorisationIds": [each.authorisation_id for each in found]})

    @blueprint.route(member, methods=["GET"], endpoint=f"read_{row.segment}")
    @describe.sca_status(blueprint, row)
    @gate.gate(role=Role.PSP_PI, event=row.read_event, headers=headers.READ)
    def read(entry: Entry, authorisation_id: str, **path: str) -> Response:
        return _read(entry, row.kind, authorisation_id, path)

    @blueprint.route(member, methods=["PUT"], endpoint=f"update_{row.segment}")
    @describe.update(blueprint, row)
    @gate.gate(role=Role.PSP_PI, event=row.update_event, headers=headers.UPDATE, collects=True)
    def update(entry: Entry, authorisation_id: str, **path: str) -> Response:
        return _update(entry, row, authorisation_id, path)


def _start(entry: Entry, kind: AuthorisationKind, path: dict[str, str]) -> Response:
    ctx, sent, parts = entry.ctx, entry.sent, gate.door().parts
    body = _json_body()
    key = None if entry.findings else replay_key(ctx, sent)
    replay = Replay(key, start_digest(ctx, sent, body, key)) if key else None
    first = replay.first_answer() if replay else None
    if first is not None:  # before the rules: what was right then may be too late now
        return first
    keys = gate.door().password_keys
    update = read_update(body, START, keys, headers=entry.findings)
    wanted = StartRequest(
        kind=kind,
        wishes=sca_wishes(sent),
        redirect_uris=redirect_uris_of_start(sent),
        sent=None if update == PsuUpdate() else update,
    )

    def act(remember: Callable[[Progress], KeptAnswer] | None) -> Progress:
        with addressed(entry, path) as address:
            return start_authorisation(parts, ctx, address, wanted, remember=remember)

    return answer_once(replay, act, lambda progress: _started(entry, progress))


def _started(entry: Entry, progress: Progress) -> Response:
    profile = entry.ctx.profile
    url = links.authorisation_url(progress.payment, progress.authorisation, profile)
    named = {"authorisationId": progress.authorisation.authorisation_id}
    location = {"Location": links.absolute(url)}
    return json_response(
        _body(progress, profile, entry.notes) | named, 201, _approach_header(progress) | location
    )


def _update(
    entry: Entry, row: Authorisations, authorisation_id: str, path: dict[str, str]
) -> Response:
    keys = gate.door().password_keys
    update = read_update(_json_body(), UPDATE, keys, headers=entry.findings)
    gate.door().parts.events.narrow(row.update_event.of_kind(update.kind))
    with addressed(entry, path) as address:
        where = AuthorisationAddress(address, row.kind, authorisation_id)
        progress = update_authorisation(gate.door().parts, entry.ctx, where, update)
    return json_response(_body(progress, entry.ctx.profile), 200, _approach_header(progress))


def _json_body() -> bytes:
    """Raises 415 for a body of another type; where there is no body, there is no type."""
    body = sent_body()
    if body and request.mimetype != JSON:
        raise RequestFaulty.one(Message.UNSUPPORTED_MEDIA_TYPE)
    return body


def _read(
    entry: Entry, kind: AuthorisationKind, authorisation_id: str, path: dict[str, str]
) -> Response:
    with addressed(entry, path) as address:
        where = AuthorisationAddress(address, kind, authorisation_id)
        found = read_sca_status(gate.door().parts, entry.ctx, where)
    status, report = found.authorisation.status, found.report
    return json_response(
        {
            "scaStatus": status.value,
            "psuMessage": psu_message(report.psu_message) if report else None,
            "trustedBeneficiaryFlag": (
                report.trusted_beneficiary if report and status.finalised else None
            ),
            "tppMessages": notes(report.tpp_notes) if report else None,
        }
    )


def _approach_header(progress: Progress) -> dict[str, str]:
    return {"Aspsp-Sca-Approach": progress.authorisation.sca_approach.wire}


def _body(
    progress: Progress, profile: Profile, warnings: tuple[TppNote, ...] = ()
) -> dict[str, Any]:
    """Of a start and an update (spec 16.4). With a decoupled method the PSU confirms elsewhere:
    there is nothing for the TPP to choose or to show (spec 19).
    """
    chosen = progress.chosen
    shown = chosen is not None and not chosen.decoupled
    return {
        "scaStatus": progress.authorisation.status.value,
        "scaMethods": [_method(each) for each in progress.methods] or None,
        "chosenScaMethod": _method(chosen) if chosen is not None and shown else None,
        "challengeData": _challenge(progress.challenge) if progress.challenge and shown else None,
        "_links": links.authorisation_links(progress.payment, progress.authorisation, profile),
        "psuMessage": psu_message(progress.psu_message),
        "tppMessages": notes((*warnings, *progress.tpp_notes)),
    }


def _method(method: ScaMethod) -> dict[str, str]:
    """`authenticationObject`."""
    members = {
        "authenticationType": method.authentication_type,
        "authenticationVersion": method.authentication_version,
        "authenticationMethodId": method.authentication_method_id,
        "name": method.name,
        "explanation": method.explanation,
    }
    return {name: value for name, value in members.items() if value is not None}


def _challenge(challenge: ChallengeData) -> dict[str, Any]:
    """`challengeData`."""
    members = {
        "image": b64encode(challenge.image).decode() if challenge.image else None,
        "data": list(challenge.texts) or None,
        "imageLink": challenge.image_link,
        "otpMaxLength": challenge.otp_max_length,
        "otpFormat": challenge.otp_format,
        "additionalInformation": challenge.additional_information,
    }
    return {name: value for name, value in members.items() if value is not None}
