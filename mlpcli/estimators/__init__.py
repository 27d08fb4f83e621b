"""Estimators with the interface of scikit-learn, which only this room loads."""
