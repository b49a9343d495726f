"""Sentences from a scene: what is worth saying, and in which words."""
