"""Links in what people text, and what the pages behind them say of themselves."""
