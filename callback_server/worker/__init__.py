"""The process that explains. It holds the keyring, reads what the front sealed, and listens on loopback only."""
