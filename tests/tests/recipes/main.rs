//! From raw files to the first table of a backtest, by recipes and the program alone.

mod cn;
