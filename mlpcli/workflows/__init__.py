"""One plain function per command: read, encode, build, run, return a result. This is the Python API.

Workflows never print, never exit and never look at the command line.
"""
