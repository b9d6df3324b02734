"""Who calls: the TPP of the certificate, its roles, and whether they suffice."""
