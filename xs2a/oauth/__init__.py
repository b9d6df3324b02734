"""OAuth 2: the built-in authorization server, and what makes a presented token good."""
