"""The one way through, ordered through ports: submit, describe, speak, and the worker that does it for the daemon."""
