"""The web room: photos come in over HTTP, and the state goes out."""
