"""The trust anchors' files: what is read, and what is wrong with others, by its name."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.certificates import SandboxQtsp
from tests.houses import NOW, settings_of
from tests.unit.xs2a.tpp.pki import (
    root,
    the_issuing,
    the_root,
    the_unreadable,
    tpp_certificate,
)
from xs2a.settings import Mode, Settings
from xs2a.trust_anchors import TrustAnchorsInvalid, ends_of, left_out, read_trust_anchors

SECOND = timedelta(seconds=1)
ROOT, ISSUING, OTHER = the_root().certificate, the_issuing().certificate, root("Other").certificate

ODD = the_unreadable().certificate


def settings(folder: Path, anchors: Path | None, mode: Mode = Mode.PRODUCTION) -> Settings:
    made = settings_of("sqlite://", folder)
    return replace(made, mode=mode, trust=replace(made.trust, anchors=anchors))


def write(file: Path, *certificates: x509.Certificate) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
    return file


def test_a_file_may_hold_several(tmp_path: Path) -> None:
    file = write(tmp_path / "any.name", ROOT, ISSUING, ROOT)
    assert read_trust_anchors(settings(tmp_path, file)).certificates == (ROOT, ISSUING)


def test_a_folder_may_hold_several_files_and_others(tmp_path: Path) -> None:
    folder = tmp_path / "qtsps"
    write(folder / "b.crt", OTHER)
    write(folder / "a.pem", ROOT, ISSUING)
    (folder / "README").write_text("whom we trust")
    found = read_trust_anchors(settings(tmp_path, folder)).certificates
    assert found == (ROOT, ISSUING, OTHER)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "name, said",
    [
        ("missing.pem", "missing.pem: No such file or directory"),
        ("empty", "empty holds no certificate"),
        ("text.pem", "text.pem holds no certificate in PEM"),
        ("odd.pem", r"number 1 of .*odd.pem \(CN=Odd\) cannot be read"),
        ("tpp.pem", "is not the certificate of a certification authority"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, mode: Mode, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.pem").write_text("no certificate")
    write(tmp_path / "odd.pem", ODD)
    write(tmp_path / "tpp.pem", tpp_certificate(the_root()).parsed)
    with pytest.raises(TrustAnchorsInvalid, match=f"XS2A_TRUST_ANCHORS: .*{said}"):
        read_trust_anchors(settings(tmp_path, tmp_path / name, mode))


def test_one_that_cannot_be_read_is_told_of_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "qtsps"
    write(folder / "a.pem", ROOT, ODD, ISSUING)
    nameless = OTHER.public_bytes(Encoding.DER).replace(b"Other", b"\xff\xff\xff\xff\xff")
    pem = f"-----BEGIN CERTIFICATE-----\n{b64encode(nameless).decode()}\n"
    (folder / "b.pem").write_text(f"# Other\n{pem}-----END CERTIFICATE-----\n{pem}")
    found = settings(tmp_path, folder)
    assert read_trust_anchors(found).certificates == (ROOT, ISSUING)
    assert left_out(found) == [
        f"the trust anchor number {which} cannot be read: its TPPs are refused"
        for which in (
            f"2 of {folder / 'a.pem'} (CN=Odd)",
            f"1 of {folder / 'b.pem'}",
            f"2 of {folder / 'b.pem'}",
        )
    ]


@pytest.mark.parametrize(
    "left, told",
    [
        (timedelta(days=90), []),
        (timedelta(days=90) - SECOND, ["expires on"]),
        (timedelta(0), ["expires on"]),
        (-SECOND, ["has expired on"]),
    ],
)
def test_the_end_of_an_anchor_is_told_in_time(
    tmp_path: Path, left: timedelta, told: list[str]
) -> None:
    anchors = read_trust_anchors(settings(tmp_path, write(tmp_path / "root.pem", ROOT)))
    end = ROOT.not_valid_after_utc
    found = list(ends_of(anchors, end - left))
    head = f"the trust anchor {ROOT.subject.rfc4514_string()} "
    said = [line.removeprefix(head).partition(f" {end:%Y-%m-%d}: its TPPs")[0] for line in found]
    assert said == told


def test_a_sandbox_is_an_anchor_for_sandboxes_only(tmp_path: Path) -> None:
    SandboxQtsp.open(tmp_path / "sandbox", NOW)
    anchor = tmp_path / "sandbox" / "ca.pem"
    assert read_trust_anchors(settings(tmp_path, anchor, Mode.SANDBOX)).certificates
    with pytest.raises(TrustAnchorsInvalid, match="is the certificate of a sandbox"):
        read_trust_anchors(settings(tmp_path, anchor))


def test_a_sandbox_that_has_made_none_yet_has_none(tmp_path: Path) -> None:
    own = tmp_path / "sandbox" / "ca.pem"
    assert not read_trust_anchors(settings(tmp_path, own, Mode.SANDBOX)).certificates
