"""What an operator sees of the lists of revoked certificates."""

from datetime import timedelta

from cms.domain.operator import OperatorRole
from cms.domain.revocation import DistributionPoint, Revocable, RevocationList
from tests.houses import NOW, World
from tests.http.cms.operators import logged_in


def test_the_lists_of_revoked_certificates_are_shown(world: World) -> None:
    desk = logged_in(world, OperatorRole.READ)
    assert "Lists of revoked certificates" not in desk.get("/jobs").text
    points = [DistributionPoint(b"", f"CN={n}", (f"http://{n}.example/",)) for n in ("one", "two")]
    revocations = world.house.revocations
    revocations.expect([Revocable(1, points, NOW + timedelta(days=1))])
    first, second = revocations.sources()
    revocations.keep(first, RevocationList(NOW, NOW + timedelta(hours=1), frozenset({4, 7, 11})))
    revocations.failed(second, "http://two.example/: HTTP status 404")
    rows = desk.get("/jobs").html.select("table[aria-labelledby=lists] tbody tr")
    assert [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in rows] == [
        ["CN=one", "2026-03-02 11:30:00", "3", "2026-03-02 10:30:00", "http://one.example/"],
        [
            "CN=two",
            "no fresh list",
            "",
            "never http://two.example/: HTTP status 404",
            "http://two.example/",
        ],
    ]
