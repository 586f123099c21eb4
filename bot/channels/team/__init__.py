"""Chat platforms on which a team discusses a patient: a thread is a case, and everybody in it may add to it.

`channel` decides when to speak and who said what; `claims`, `attention`, `disputes` and `notes` are its pure parts.

A further platform is a subclass of `channel.TeamChannel` that turns what it hears into `Incoming` (the thread as
`place`, and `channel`, `addressed`, `to_others` in `address`), sends and marks messages, and says who is a colleague.
"""
