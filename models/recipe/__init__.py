"""How the shipped networks are made from the published weights: `scripts/make-models` runs it."""
