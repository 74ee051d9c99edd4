"""From a project's files to packages: local paths, what has to be built, zips."""
