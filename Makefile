# Every command of the project. `make` alone lists them.
# Each sets up what it needs in .venv/ and .cache/, and nothing outside this folder but a
# browser and dictionaries for the tests, where the machine has none.

PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1
export PYTHONDONTWRITEBYTECODE := 1

# Where the checkout is published, for the edit links: from GitHub Actions, else from git.
ifdef GITHUB_REPOSITORY
REPOSITORY ?= $(GITHUB_SERVER_URL)/$(GITHUB_REPOSITORY)
else
REPOSITORY ?= $(shell git remote get-url origin 2>/dev/null | sed -nE 's,^(https://|ssh://git@|git@)github\.com[/:]([^/]+/[^/]+)$$,https://github.com/\2,p' | sed 's,\.git$$,,')
endif
ifneq ($(REPOSITORY),)
export REPOSITORY
export EDIT_URI ?= $(REPOSITORY)/edit/main/docs/
endif

# The commit that is built, if this folder is a checkout of its own and nothing was changed or added since.
export COMMIT := $(shell test -z "$$(git rev-parse --show-prefix 2>&1)$$(git status --porcelain 2>&1)" && git rev-parse --verify --quiet HEAD)
# The day that a build says it is: that of the commit, or else today.
ifdef COMMIT
ifeq ($(origin SOURCE_DATE_EPOCH),undefined)
export SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help serve check build leaflets offline test audit weekly verify picture changes kept schema links release zensical bench growth lock clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: .venv/ready check ## show the guide at http://127.0.0.1:8000 and follow every edit
	@$(BIN)/python -m macros.schema
	$(BIN)/python -m mkdocs serve --livereload

check: .venv/ready ## find mistakes in the data and the pages, without a build
	@$(BIN)/python -m macros.check

# A build makes its site in a folder of its own, which takes the last one's place when it is whole.
STAGE := .cache/site.$(shell echo $$PPID)
define PAGES
@$(BIN)/python -m macros.stage begin $(STAGE) site
$(BIN)/python -m mkdocs build --site-dir $(STAGE)
@$(BIN)/python -m macros.publish $(STAGE)
endef
define SWAP
@$(BIN)/python -m macros.stage end $(STAGE) site
endef

build: .venv/ready check ## write the site into site/; if that fails, the last one stays
	$(PAGES)
	$(SWAP)

leaflets offline: export LEAFLETS := 1
leaflets: .venv/test-ready check ## build the site with leaflets to print, as PDF
	@$(BIN)/python -m macros.publish.browser
	$(PAGES)
	$(BIN)/python -m macros.publish.leaflets $(STAGE)
	$(SWAP)

offline: export OFFLINE := 1
offline: .venv/test-ready check ## build all that is published: leaflets too, and a zip that needs no network
	@$(BIN)/python -m macros.publish.browser
	$(PAGES)
	$(BIN)/python -m macros.publish.leaflets $(STAGE)
	@$(BIN)/python -m macros.publish.offline $(STAGE)
	$(SWAP)

test: .venv/test-ready check ## run all tests, in a real browser too
	@$(BIN)/python -m tests.tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/zizmor --offline --quiet --persona auditor .github
	$(BIN)/python -m pytest

audit: .venv/test-ready ## ask whether what we depend on has known weaknesses; needs the network
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.txt -r requirements-test.txt \
	|| { echo "Either a weakness is listed above, or the service that knows them did not answer: then nothing was found out."; exit 1; }

weekly: .venv/ready ## ask what time may have broken in site/: outside links, reviews; needs the network
	@$(BIN)/python -m macros.weekly site

verify: .venv/test-ready ## tell whether a published site came from its commit (make verify SITE=https://...)
	@$(BIN)/python -m macros.verify "$(SITE)"

picture: .venv/test-ready build ## make the README's pictures anew
	$(BIN)/python -m tests.picture

BASE ?= origin/main
changes: .venv/ready ## tell what changed for readers since BASE (make changes BASE=HEAD~3)
	@$(BIN)/python -m macros.diff "$(BASE)"

kept: .venv/ready ## refuse a change that takes back a promise or a version since BASE
	@$(BIN)/python -m macros.kept "$(BASE)"

schema: .venv/ready ## write what editors complete the data file with
	@$(BIN)/python -m macros.schema

links: .venv/ready ## promise the new addresses, before a release
	@$(BIN)/python -W ignore::RuntimeWarning:runpy -m macros.contract

release: .venv/ready check ## make what the guide says now a version that can be cited
	@git status --short -- docs data/neurolysis.yml 2>/dev/null | sed 's/^/Not committed, but part of the version: /'
	@SOURCE_DATE_EPOCH= $(BIN)/python -m macros.publish.freeze
	@$(BIN)/python -W ignore::RuntimeWarning:runpy -m macros.contract

zensical: .venv/ready .cache/zensical/ready check ## build with Zensical too and tell what differs; publishes nothing
	@$(BIN)/python -m tests.zensical

bench: .venv/test-ready .cache/bench/ready check ## measure the guide beside its peers: weight, paint, Lighthouse, build
	@$(BIN)/python -m macros.publish.browser
	@$(BIN)/python -m bench

growth: .venv/test-ready .cache/bench/ready check ## measure how the build grows with the guide, and how soon an edit shows
	@$(BIN)/python -m macros.publish.browser
	@$(BIN)/python -m bench.growth

lock: .venv/ready ## write the requirements files anew from pyproject.toml
	@$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group mkdocs -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group test -o requirements-test.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group zensical -o requirements-zensical.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group bench -o requirements-bench.txt

clean: ## delete all that these commands made
	rm -rf .venv .cache site .pytest_cache .ruff_cache

# A stamp file stands for an installed set, so that the second run costs nothing.
.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The guide needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Run: make PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test-ready: .venv/ready requirements-test.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

# Zensical gets a place of its own, where it meets nothing of MkDocs.
.cache/zensical/ready: requirements-zensical.txt
	@$(PYTHON) -m venv .cache/zensical/venv
	@.cache/zensical/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-zensical.txt
	@touch $@

# The peers get a place of their own too, and the Node that two of them need.
.cache/bench/ready: requirements-bench.txt bench/package.json bench/package-lock.json
	@$(PYTHON) -m venv .cache/bench/venv
	@.cache/bench/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@mkdir -p .cache/bench/node && cp bench/package.json bench/package-lock.json .cache/bench/node/
	@cd .cache/bench/node && PATH="$(CURDIR)/.cache/bench/venv/bin:$$PATH" npm install --silent --no-save --no-fund --no-audit --ignore-scripts
	@touch $@
