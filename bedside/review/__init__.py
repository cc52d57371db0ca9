"""The review afterwards: measures, pages and reports. They describe music and never judge a child.

Nothing here changes what was played, and nothing here runs at the bed.
"""
