"""Profiles in force: which tenant gets which, and debug changes seen by every process at once."""

import json
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cms.domain.profile import (
    BlankTenant,
    ProfileInvalid,
    ScaApproach,
    UnknownTenant,
)
from cms.profile_file import Profiles, settings_document

BANK = """\
setting:
  pis:
    redirectLinkToOnlineBanking:
      pisRedirectUrlToAspsp: https://{name}.example/pis/{{redirect-id}}
      pisPaymentCancellationRedirectUrlToAspsp: https://{name}.example/pis/c/{{redirect-id}}
"""


@pytest.fixture
def default(tmp_path: Path) -> Path:
    return bank(tmp_path, "default")


def bank(folder: Path, name: str) -> Path:
    path = folder / f"{name}.yml"
    path.write_text(BANK.format(name=name), encoding="utf-8")
    return path


def tenant_of(profiles: Profiles, instance_id: str | None) -> str:
    url = profiles.for_tenant(instance_id).pis.pis_redirect_url_to_aspsp
    return url.removeprefix("https://").partition(".")[0]


@pytest.mark.parametrize("instance_id", [None, "", " ", "one", "UNDEFINED"])
def test_without_tenants_every_id_gets_the_default(default: Path, instance_id: str | None) -> None:
    profiles = Profiles(default)

    assert tenant_of(profiles, instance_id) == "default"
    assert not profiles.multitenancy_enabled()


@pytest.mark.parametrize(
    "instance_id, answer",
    [
        (None, "default"),
        ("UNDEFINED", "default"),
        ("one", "one"),
        ("ONE", "one"),
        (" One ", "one"),
        ("two", "two"),
        ("", BlankTenant),
        ("  ", BlankTenant),
        ("three", UnknownTenant),
    ],
)
def test_with_tenants_the_id_chooses(
    tmp_path: Path, default: Path, instance_id: str | None, answer: str | type[Exception]
) -> None:
    profiles = Profiles(default, {"One": bank(tmp_path, "one"), "two": bank(tmp_path, "two")})

    assert profiles.multitenancy_enabled()
    if isinstance(answer, str):
        assert tenant_of(profiles, instance_id) == answer
    else:
        with pytest.raises(answer):
            profiles.for_tenant(instance_id)


def test_errors_of_all_files_are_told_together(tmp_path: Path, default: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("setting: {common: {tppSignatureRequired: 1}}", encoding="utf-8")

    with pytest.raises(ProfileInvalid) as refused:
        Profiles(broken, {"a": default, "b": tmp_path / "missing.yml"})

    files = {one.file for one in refused.value.findings if one.severity == "error"}
    assert files == {str(broken), str(tmp_path / "missing.yml")}


@pytest.mark.parametrize("ids", [("a", "A"), ("",), (" ", "b")])
def test_ids_of_tenants_must_differ_and_say_something(default: Path, ids: tuple[str, ...]) -> None:
    with pytest.raises(ProfileInvalid):
        Profiles(default, dict.fromkeys(ids, default))


def test_warnings_of_the_files_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "warned.yml"
    text = BANK.format(name="warned") + "  common: {authorisationConfirmationCheckByXs2a: true}\n"
    path.write_text(text, encoding="utf-8")

    warnings = [one.path for one in Profiles(path).findings if one.severity == "warning"]

    assert warnings == ["setting.common.authorisationConfirmationCheckByXs2a"]


@pytest.fixture
def debug_file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "profile-debug.json"


def test_a_change_is_in_force_at_once_for_everybody(default: Path, debug_file: Path) -> None:
    here, there = (Profiles(default, debug_file=debug_file) for _ in range(2))

    for milliseconds in (1, 2, 3, 4, 5):
        document = settings_document(here.for_tenant(None))
        document["common"] = {"redirectUrlExpirationTimeMs": milliseconds}
        here.override_settings(None, document)
        for profiles in (here, there):
            common = profiles.for_tenant(None).common
            assert common.redirect_url_expiration_time.microseconds == milliseconds * 1000


def test_a_change_outlives_the_process_until_it_is_forgotten(
    default: Path, debug_file: Path
) -> None:
    before = Profiles(default, debug_file=debug_file)
    before.override_sca_approaches(None, ["embedded", "redirect"])

    after = Profiles(default, debug_file=debug_file)
    overridden = after.for_tenant(None).common.sca_approaches_supported
    after.forget_overrides()

    assert overridden == (ScaApproach.EMBEDDED, ScaApproach.REDIRECT)
    for profiles in (before, after):
        assert profiles.for_tenant(None).common.sca_approaches_supported == (ScaApproach.REDIRECT,)


def test_a_change_touches_its_tenant_only(tmp_path: Path, default: Path, debug_file: Path) -> None:
    profiles = Profiles(default, {"one": bank(tmp_path, "one")}, debug_file=debug_file)
    profiles.override_sca_approaches("ONE", ["DECOUPLED", "REDIRECT"])

    assert len(profiles.for_tenant("one").common.sca_approaches_supported) == 2
    assert len(profiles.for_tenant(None).common.sca_approaches_supported) == 1
    for instance_id, refusal in (("", BlankTenant), ("two", UnknownTenant)):
        with pytest.raises(refusal):
            profiles.override_sca_approaches(instance_id, ["REDIRECT"])


def test_tenants_can_be_switched_on_and_off(
    tmp_path: Path, default: Path, debug_file: Path
) -> None:
    profiles = Profiles(default, {"one": bank(tmp_path, "one")}, debug_file=debug_file)
    profiles.override_multitenancy(False)
    assert tenant_of(profiles, "one") == "default"

    profiles.override_multitenancy(True)
    assert tenant_of(profiles, "one") == "one"


def test_what_is_left_out_takes_its_default_and_approaches_and_addresses_stay(
    default: Path, debug_file: Path
) -> None:
    profiles = Profiles(default, debug_file=debug_file)
    profiles.override_settings(None, {"common": {"psuInInitialRequestMandated": True}})
    profiles.override_sca_approaches(None, ["REDIRECT", "EMBEDDED"])
    assert profiles.for_tenant(None).common.psu_in_initial_request_mandated is True

    profiles.override_settings(None, {"setting": {"common": None, "pis": {}}})

    common = profiles.for_tenant(None).common
    assert tenant_of(profiles, None) == "default"
    assert common.sca_approaches_supported == (ScaApproach.REDIRECT, ScaApproach.EMBEDDED)
    assert common.psu_in_initial_request_mandated is False


@pytest.mark.parametrize(
    "settings", [None, [], "x", 1, {"setting": 1}, {"common": 1}, {"pis": {"xmlValidation": 1}}]
)
def test_a_refused_document_changes_nothing(
    default: Path, debug_file: Path, settings: object
) -> None:
    profiles = Profiles(default, debug_file=debug_file)
    before = profiles.for_tenant(None)

    with pytest.raises(ProfileInvalid):
        profiles.override_settings(None, settings)

    assert profiles.for_tenant(None) == before
    assert not debug_file.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"default": {"x": 1}}', b"\xff"])
def test_a_foreign_debug_file_is_passed_over_and_replaced(
    default: Path, debug_file: Path, content: bytes
) -> None:
    debug_file.parent.mkdir()
    debug_file.write_bytes(content)
    profiles = Profiles(default, debug_file=debug_file)
    assert tenant_of(profiles, None) == "default"

    profiles.override_sca_approaches(None, ["REDIRECT", "EMBEDDED"])

    assert len(profiles.for_tenant(None).common.sca_approaches_supported) == 2


def test_an_absent_debug_file_overrides_nothing(default: Path, debug_file: Path) -> None:
    profiles = Profiles(default, debug_file=debug_file)
    profiles.override_sca_approaches(None, ["REDIRECT", "EMBEDDED"])
    debug_file.unlink()

    assert profiles.for_tenant(None).common.sca_approaches_supported == (ScaApproach.REDIRECT,)


def test_settings_are_fixed_outside_the_sandbox(default: Path) -> None:
    with pytest.raises(RuntimeError):
        Profiles(default).override_multitenancy(True)


def _override_many(default: Path, debug_file: Path, tenants: list[str]) -> None:
    profiles = Profiles(default, dict.fromkeys(tenants, default), debug_file=debug_file)
    for tenant in tenants:
        profiles.override_sca_approaches(tenant, ["EMBEDDED", "REDIRECT"])


def test_concurrent_changes_of_several_processes_are_all_kept(
    default: Path, debug_file: Path
) -> None:
    names = [[f"{process}-{tenant}" for tenant in range(10)] for process in range(3)]
    every = [tenant for names_of_one in names for tenant in names_of_one]
    watching = Profiles(default, dict.fromkeys(every, default), debug_file=debug_file)
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_override_many, args=(default, debug_file, tenants))
        for tenants in names
    ]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        watching.for_tenant(every[0])  # must never meet half a file
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    first = {watching.for_tenant(one).common.sca_approaches_supported[0] for one in every}
    assert first == {ScaApproach.EMBEDDED}
    leftovers = {one.name for one in debug_file.parent.iterdir()}
    assert leftovers == {debug_file.name, f"{debug_file.name}.lock"}


def test_readers_never_meet_half_a_change(
    default: Path, debug_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    profiles = Profiles(default, debug_file=debug_file)
    done = threading.Event()

    def look() -> set[int]:
        seen = set()
        while not done.is_set():
            seen.add(len(profiles.for_tenant(None).common.sca_approaches_supported))
        return seen

    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(look) for _ in range(3)]
        for turn in range(40):
            approaches = ["REDIRECT", "EMBEDDED", "DECOUPLED"][: 3 if turn % 2 else 1]
            profiles.override_sca_approaches(None, approaches)
            document = json.loads(debug_file.read_bytes())
            assert document["default"]["common"]["scaApproachesSupported"] == approaches
        done.set()

    assert set().union(*(one.result() for one in looking)) <= {1, 3}
    assert caplog.records == []
