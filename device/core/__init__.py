"""The values that cross rooms, the ports between them, and the errors they raise."""
