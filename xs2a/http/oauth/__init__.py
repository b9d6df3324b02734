"""The routes of the authorization server."""
