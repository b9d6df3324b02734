"""Jobs: what nobody asks for, because time alone brings it about. Flows, run without a TPP."""
