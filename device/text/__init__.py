"""The texts that narration, pages and commands speak from: Fluent bundles and their loader."""
