"""A Django database backend that is PostgreSQL's, and starts the embedded server when it does not answer."""
