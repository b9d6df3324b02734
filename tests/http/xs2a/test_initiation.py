"""POST of a single payment: what is answered when all is well (spec 13.4, 13.5)."""

from tests.tpps import SCT, TppClient


def test_links(tpp: TppClient) -> None:
    made = tpp.initiated()
    print(made.answer)
    assert tpp.get(made.status_path).json == {"transactionStatus": "RCVD"}
    assert tpp.get(made.authorisation_path).json == {"scaStatus": "received"}
