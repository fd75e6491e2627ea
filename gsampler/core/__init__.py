"""What samplers do with arguments: errors, dtypes and blocks of arrays, output, temperature, position."""
