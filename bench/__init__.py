"""Figures that the design rests on, measured against named references in the same run.

`python -m bench` prints them and writes bench/results.json; bench/README.md tells how each is taken.
"""
