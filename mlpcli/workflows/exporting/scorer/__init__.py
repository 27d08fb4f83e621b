"""The code of the scorer in Python, of which an export copies what its model needs.

These modules and what they take from `data.columns` need the standard library alone and run on Python 3.9;
NumPy makes them faster. `copying` says what code can be copied.
"""
