"""Work done outside the request: a row in the database, claimed by a worker, done in a child process."""
