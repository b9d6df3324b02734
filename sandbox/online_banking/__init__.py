"""The sandbox bank's web pages for its customers; a client of the CMS like any bank's."""
