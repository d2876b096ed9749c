"""``python -m honeytokens``."""

from honeytokens.cli import main

main()
