"""What the server does for a TPP: values in, values out, no HTTP and no SQL."""
