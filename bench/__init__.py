"""What a request costs, beside the smallest app that could do the same for the database."""
