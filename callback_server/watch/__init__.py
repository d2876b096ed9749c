"""The process beside the database: reads audit logs, and hands what was read to the worker, sealed.

It holds no decoy and no key: it tells of every read of a seeded table, sealed to the worker's public key, and cannot
read back what it sealed. How far it has read each log, and what it has still to hand over, stand in one file and change
together, so nothing is lost or counted twice by a restart.
"""
