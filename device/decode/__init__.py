"""Bytes to upright pixels, within limits that are read from the header."""
