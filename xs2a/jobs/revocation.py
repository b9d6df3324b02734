"""The job that fetches lists of revoked certificates from where their issuers publish them."""

import logging

from cms import metrics
from cms.domain.revocation import RevocationSource
from cms.service.revocation import NoRoom, OlderList
from xs2a.jobs.fetching import DownloadFailed, Fetching
from xs2a.jobs.run import Run, Workshop
from xs2a.tpp.crl import CrlUnusable, read_crl

log = logging.getLogger(__name__)


def fetch_revocations(shop: Workshop, run: Run) -> None:
    """Fetch the lists that are due, one after the other. A list that did not change is no work
    done; one that cannot be had, or does not count, is a failure.
    """
    fetching = shop.fetching
    if fetching is None:
        return
    fetching.revocations.expect(fetching.anchors)
    run.done += fetching.revocations.forget_unneeded(shop.batch)
    while run.goes_on() and (due := fetching.revocations.due(shop.batch)):
        for source in due:
            if not run.goes_on():
                return
            _fetch(shop, fetching, source, run)


def _fetch(shop: Workshop, fetching: Fetching, source: RevocationSource, run: Run) -> None:
    failures = []
    for url in source.point.urls:
        try:
            fetched = read_crl(fetching.download(url), source.point, shop.parts.clock())
            news = fetching.revocations.keep(source, fetched)
        except (DownloadFailed, CrlUnusable, OlderList, NoRoom) as reason:
            failures.append(f"{url}: {reason}")
            continue
        # Whatever else strangers bring about: the source has to rest, or it holds up all others.
        except Exception as error:
            log.exception("the list at %s cannot be fetched", url)
            failures.append(f"{url}: {type(error).__name__}")
            continue
        metrics.count_revocation_fetch("done")
        run.done += news
        return
    failure = "; ".join(failures)
    metrics.count_revocation_fetch("failed")
    log.warning("no list of revoked certificates of %s: %s", source.point.issuer_name, failure)
    run.has_failed(failure)
    fetching.revocations.failed(source, failure)
