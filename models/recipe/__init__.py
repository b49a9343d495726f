"""How the face detector's two files are made from the published weights: `scripts/make-models` runs it."""
