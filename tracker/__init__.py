"""督查督办任务追踪与升级引擎 (supervision task tracker and escalation engine)."""
