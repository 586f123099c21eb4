"""This bot beside a stock Rasa bot, on the machine at hand: `make bench`."""
