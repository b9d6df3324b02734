"""A small bank to try the server with; it knows nothing of cms, spi or xs2a."""
