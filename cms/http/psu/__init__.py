"""psu-api: what the bank's online banking asks and tells while a PSU is there."""
