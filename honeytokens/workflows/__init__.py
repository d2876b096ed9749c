"""The product's verbs, one file each: what the command line and the callback service call.

A workflow opens nothing but a home, and asks the rooms below to do the work. This is the typed Python API.
"""
