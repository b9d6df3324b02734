"""The four columns that name a PSU, wherever they stand."""

from typing import Any

from sqlalchemy import Row

from cms.domain.parties import PsuId


def psu_columns(psu: PsuId | None) -> dict[str, str | None]:
    """The columns of `psu`; all empty for nobody."""
    return {
        "psu_id": psu.psu_id if psu else None,
        "psu_id_type": psu.psu_id_type if psu else None,
        "psu_corporate_id": psu.psu_corporate_id if psu else None,
        "psu_corporate_id_type": psu.psu_corporate_id_type if psu else None,
    }


def psu_of(row: Row[Any]) -> PsuId:
    """The PSU that the row names."""
    return PsuId(
        psu_id=row.psu_id,
        psu_id_type=row.psu_id_type,
        psu_corporate_id=row.psu_corporate_id,
        psu_corporate_id_type=row.psu_corporate_id_type,
    )
