"""The mathematics: functions that become machine code. Only `constants` and `table` can be imported without Numba."""
