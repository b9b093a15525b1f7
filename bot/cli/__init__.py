"""The command line: what an operator does without a chat.

One file for each family of commands; heavy modules are imported inside the
commands that need them, so that ``xinshi --help`` answers at once.
"""
