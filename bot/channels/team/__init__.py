"""Chat platforms on which a team discusses a patient: a thread is a case, and everybody in it may add to it.

`channel` decides when to speak and who said what; `claims`, `attention` and `disputes` are its pure parts. A platform
adds its own client and its own way of writing over `channel.TeamChannel`.
"""
