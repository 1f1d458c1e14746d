"""The bridge between the test process T, which judges, and the solution process S, which is hostile.

``wire`` frames messages, ``reception`` sorts them by thread. ``values``, ``containers``, ``immutables`` and ``twins``
hold what crosses by value, ``names`` what crosses by name; ``mirrors``, ``operators``, ``classes`` and ``faults`` what
stays where it is and is seen through a handle. ``peer`` is one end of the bridge, ``possessions`` and ``descriptions``
know whose objects are whose; ``proxy`` with ``callbacks`` makes T's end of it, ``server`` with ``streams`` makes S's.
"""
