"""What the worker fetches with: the port to the outside, and where it is to be kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cms.domain.revocation import Revocable
from cms.service.revocation import Revocations


class DownloadFailed(Exception):
    """Nothing came; the message says why, without anything of what came."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """What the job works with. `anchors` are the trust anchors that another one may revoke;
    `download` fetches what is at a URL, or raises DownloadFailed.
    """

    revocations: Revocations
    anchors: Iterable[Revocable]
    download: Callable[[str], bytes]
