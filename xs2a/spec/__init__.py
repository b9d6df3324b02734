"""Tables of the standard: messages, headers, services. No behaviour."""
