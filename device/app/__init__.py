"""The command line, the configuration, the wiring and the daemon."""
