"""Hears decoys over the network: beacons are recorded durably, attributed, shown and alerted.

Two processes. The **front** faces the network: it holds no key and knows no decoy; it seals what it hears to the
worker's public key and cannot read it back. The **worker** holds the keyring, listens on loopback only, and explains
what the front heard. Nothing the front can import may import the worker, the keyring or the registry.
"""
