# The verbs. Each makes what it needs first; nothing is to be installed but Python 3.11 or newer.
#   make demo [PORT=8000] [CLIENTS=400] [ACCOUNTS=700] [DAYS=30] [SEED=7]
#   make demo-broker (makes the broker and ends)   make demo-code   make demo-reset
#   make test [COVERAGE=1] [CHECKED=1]   make check   make fix   make bench [ONLY=name]   make prove [ONLY=name] [MINUTES=5] [SEED=1] [EVENTS=] [WORKERS=1] [STEPS=] [OPERATIONS=]

PYTHON ?= python3
PORT ?= 8000
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
RUN := $(PYTHON) "$(HERE)backoffice/demo/bootstrap.py"
DEV := $(RUN) --dev
export PORT HOST COVERAGE CHECKED ONLY MINUTES SEED EVENTS WORKERS STEPS OPERATIONS CLIENTS ACCOUNTS DAYS

ifeq ($(shell command -v $(PYTHON)),)
$(error Python 3.11 or newer is needed and $(PYTHON) is not there: install it (on Debian: apt install python3 python3-venv))
endif

.PHONY: demo demo-broker demo-code demo-reset test check fix bench prove
.DEFAULT_GOAL := demo

demo:
	@exec $(RUN) -m backoffice.demo run

demo-broker:
	@exec $(RUN) -m backoffice.demo broker

demo-code:
	@$(RUN) -m backoffice.demo code

demo-reset:
	@$(RUN) -m backoffice.demo reset

test:
	@$(DEV) -m tests.verbs test

check:
	@$(DEV) -m tests.verbs check

fix:
	@$(DEV) -m ruff check --fix --quiet .
	@$(DEV) -m ruff format --quiet .
	@$(DEV) -m djlint --reformat --quiet templates

bench:
	@$(DEV) -m tests.bench

prove:
	@$(DEV) -m tests.prove
