"""The chat platforms: one small package for each, over a base that is the same for all.

`base` serves events in order, exactly once; a platform's package turns what people do there into `model.Incoming` and
the assistant's replies into the platform's messages.
"""
