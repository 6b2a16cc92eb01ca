"""The register: what each body is asked for, what happened to each request, and the files that answer it."""
