"""For the bank's own operators and tools: the ASPSP profile."""
