"""Strong customer authentication: how the PSU is taken to the bank."""
