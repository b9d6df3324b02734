"""What a TPP sends as a payment, in every format: bytes in, a typed order or findings out."""
