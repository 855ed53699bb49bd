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

# The day that a build says it is: that of the commit, if nothing was changed since; or else today.
ifndef SOURCE_DATE_EPOCH
CLEAN := $(shell test -z "$$(git rev-parse --show-prefix 2>&1)$$(git status --porcelain 2>&1)" && git log -1 --format=%ct)
ifneq ($(CLEAN),)
export SOURCE_DATE_EPOCH := $(CLEAN)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help serve check build offline test audit picture changes kept links release zensical lock clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

MKDOCS := $(BIN)/python -m mkdocs
# A build makes its site in a folder of its own, which takes the last one's place when it is whole.
STAGE := .cache/site.$(shell echo $$PPID)

serve: .venv/ready ## show the guide at http://127.0.0.1:8000 and follow every edit, mistakes included
	$(MKDOCS) serve --no-strict --livereload

check: .venv/ready ## find mistakes in data, pages, menu and addresses: a build that is thrown away
	@$(TIDY)
	@$(MKDOCS) build --quiet --site-dir $(STAGE); status=$$?; rm -rf $(STAGE); \
	test $$status -ne 0 || echo "No problem found."; exit $$status

build: .venv/ready ## write the site into site/; if that fails, the last one stays
	@$(TIDY)
	$(MKDOCS) build --quiet --site-dir $(STAGE)
	@$(SWAP)

offline: .venv/test-ready ## build all that is published: leaflets too, and a zip that needs no network
	@$(TIDY)
	@$(BIN)/python -m macros.paper
	LEAFLETS=1 ZIP=1 $(MKDOCS) build --quiet --site-dir $(STAGE)
	$(BIN)/python -m macros.paper $(STAGE)
	SITE_URL= NEWEST="$(SITE_URL)" LEAFLETS=1 OFFLINE=true $(MKDOCS) build --quiet --site-dir $(STAGE).copy
	$(BIN)/python -m macros.offline $(STAGE).copy $(STAGE)
	@rm -rf $(STAGE).copy
	@$(LISTS)
	@$(SWAP)

# What killed builds left goes; where one was killed while two sites changed places, the last one comes back.
TIDY = for old in .cache/site.*; do \
	kill -0 $$(echo "$$old" | tr -cd 0-9) 2>/dev/null && continue; \
	case $$old in *.last) test -e site || mv "$$old" site;; esac; rm -rf "$$old"; done
# What the site is made of, as CycloneDX, and the checksum of each of its files.
LISTS = $(BIN)/cyclonedx-py requirements requirements.txt --output-reproducible -o $(STAGE)/sbom.cdx.json && cd $(STAGE) && \
	find . -type f ! -name SHA256SUMS | sed 's,^\./,,' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum > SHA256SUMS
# A folder that is not empty is never replaced: of two builds at once, one wins whole, and the other says so.
SWAP = test ! -e site || mv site $(STAGE).last; \
	$(BIN)/python -c 'import os; os.rename("$(STAGE)", "site")' 2>/dev/null || { \
	test -e site || mv $(STAGE).last site; rm -rf $(STAGE); \
	echo "Another build has just written site/. Run this again."; exit 1; }; \
	rm -rf $(STAGE).last

test: .venv/test-ready ## run all tests, in a real browser too
	@$(BIN)/python -m tests.tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/zizmor --offline --quiet --persona auditor .github
	$(BIN)/python -m pytest

audit: .venv/test-ready ## ask whether what we depend on has known weaknesses; needs the network
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.txt -r requirements-test.txt \
	|| { echo "Either a weakness is listed above, or the service that knows them did not answer: then nothing was found out."; exit 1; }

picture: .venv/test-ready build ## make the README's pictures anew
	$(BIN)/python -m tests.picture

BASE ?= origin/main
changes: .venv/ready ## tell what changed for readers since BASE (make changes BASE=HEAD~3)
	@$(BIN)/python -m macros.compare changes "$(BASE)"

kept: .venv/ready ## refuse a change that takes back a promise or a version since BASE
	@$(BIN)/python -m macros.compare kept "$(BASE)"

links: .venv/ready ## promise the new addresses, before a release
	@PROMISE=1 $(MKDOCS) build --quiet --site-dir $(STAGE); status=$$?; rm -rf $(STAGE); exit $$status

release: links ## make what the guide says now a version that can be cited
	@git status --short -- docs data/neurolysis.yml 2>/dev/null | sed 's/^/Not committed, but part of the version: /'
	@SOURCE_DATE_EPOCH= $(BIN)/python -m macros.release

zensical: .venv/test-ready .cache/zensical/ready ## build with Zensical too and tell what differs; publishes nothing
	@$(BIN)/python -m tests.zensical

lock: .venv/ready ## write the requirements files anew from pyproject.toml
	@$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group mkdocs -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group test -o requirements-test.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group zensical -o requirements-zensical.txt

clean: ## delete all that these commands made
	rm -rf .venv .cache site .pytest_cache .ruff_cache

# A stamp file stands for an installed set, so that the second run costs nothing.
.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The guide needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Run: make PYTHON=python3.11")'
	@echo "Setting up Python packages in .venv/. This takes a minute or two, once."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test-ready: .venv/ready requirements-test.txt
	@echo "Setting up what tests need in .venv/. This takes a minute or two, once."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

# Zensical gets a place of its own, where it meets nothing of MkDocs.
.cache/zensical/ready: requirements-zensical.txt
	@echo "Setting up Zensical in .cache/zensical/."
	@$(PYTHON) -m venv .cache/zensical/venv
	@.cache/zensical/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-zensical.txt
	@touch $@
