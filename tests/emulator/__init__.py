"""The paid providers on this machine: their wire formats, their refusals and their prices, without the money."""
