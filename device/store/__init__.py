"""What outlives a crash: jobs in SQLite and photos on disk."""
