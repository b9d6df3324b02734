"""The HTTP door: requests become values here, values become answers here."""
