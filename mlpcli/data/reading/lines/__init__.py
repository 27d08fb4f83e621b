"""Lines that are no rows: before the header, below it, between the rows and behind them."""
