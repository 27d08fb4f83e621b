"""The data room: tables in, float32 matrices and encoded targets out, and rows back to text.

Only this room and the workflows know pandas. It knows no network, no loss and no metric.
"""
