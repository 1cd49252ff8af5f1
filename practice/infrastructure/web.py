"""How gunicorn runs the product; read by gunicorn itself (`-c python:practice.infrastructure.web`)."""

import os

bind = os.environ.get("PRACTICE_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("PRACTICE_WEB_PROCESSES", "2"))
threads = 4
timeout = 60
graceful_timeout = 20
max_requests = 2000  # a process is renewed now and then, so that no leak of a library lasts
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeat files only
accesslog = None  # the proxy keeps one; ours would repeat it
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "practice.infrastructure.logs.ContentFreeFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
