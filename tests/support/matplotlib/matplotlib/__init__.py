"""Stands in for matplotlib where there is none: knows the calls that figures make, and fails on every other."""


def use(backend):
    assert backend == "Agg"
