"""The process that faces the network. It holds a public key only, and never imports the worker or the keyring."""
