"""The registry of model files: manifest, fetch, verify."""
