"""The command line, `rollcall`: a module for each group of commands, imported when one of them is called.

``main`` is the application, ``commands`` the list of what there is. Of a company in the order of its life: ``map``, ``check``, ``doctor``,
``trying``, ``init``, ``sftp``; ``run`` and ``running`` (what is typed; what Dagster does with it), ``page`` (how it ended), ``demo`` (with
``second_night``) and ``ui``, ``webserver`` (the UI of a deployment), ``serve`` (pages for finance and HR); ``status`` (with ``lost``) and
``why`` (with ``why_thing``); ``metrics`` (the same for machines); ``notify`` (a test of who is told); ``preview`` (other settings, tried);
``feed``; ``destinations`` (what only one of them has); ``rename``; ``purge`` and ``person`` (export, forget); ``upgrade``. ``ledger`` and
``terminal`` are for all of them.

Does not belong here: anything that a run does.
"""
