"""``python -m callback_server``: how one process of the service starts another."""

from callback_server.command import main

main()
