"""The command line, `rollcall`: a module for each group of commands, imported when one of them is called.

``main`` is the application, ``commands`` the list of what there is. Of a company in the order of its life: ``map``, ``check``, ``init``,
``sftp``; ``run`` and ``running`` (what is typed; what Dagster does with it), ``page`` (how it ended), ``demo`` and ``ui``, ``webserver``
(the UI of a deployment); ``status`` (with ``lost``) and ``why`` (with ``why_thing``); ``metrics`` (the same for machines); ``preview``
(other settings, tried); ``feed``; ``destinations`` (what only one of them has); ``rename``; ``purge`` and ``person`` (export, forget);
``upgrade``. ``ledger`` and ``terminal`` are for all of them.

Does not belong here: anything that a run does.
"""
