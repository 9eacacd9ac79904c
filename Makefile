# kiln: build, test, install. CONTRIBUTING.md lists the targets.
#
# Each room of src/ becomes an archive, and a unit test links only its own room and those above it in ROOMS, so that the
# order of the rooms is held by the linker as well as by `make check-layers`.

CC ?= cc
BUILD ?= build
SAN ?=
ROOMS := base diag value kube yaml api jsone model project service render standards tree git diff pipeline cli

VERSION := 0.1.0
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wundef
OPTIMISE ?= -O2 -g
# What makes a fault harder to use; sanitizers bring checks of their own.
HARDENED := -fPIE -fstack-protector-strong -fstack-clash-protection $(if $(filter x86_64,$(shell uname -m)),-fcf-protection=full) \
  $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
# The program that people use is optimised across files, which saves a twentieth of its instructions and takes half a minute to
# link; test builds are not. LTO= and LTO=1 say otherwise. gcc only: its objects can be linked either way.
LTO ?= $(if $(SAN)$(filter-out build,$(BUILD))$(findstring clang,$(shell $(CC) --version)),,1)
CFLAGS_ALL := -std=c11 -D_GNU_SOURCE -DKILN_VERSION='"$(VERSION)"' -Iinclude $(WARNINGS) $(OPTIMISE) -fno-strict-overflow \
  $(HARDENED) $(if $(LTO),-flto=auto -ffat-lto-objects) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(CFLAGS)
LDFLAGS_ALL := -pie $(if $(LTO),-fno-lto) -Wl,-z,relro,-z,now,-z,noexecstack $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
# The compiler notes the folder it works in under a name that is the same on every machine, so that the same sources make the same
# bytes anywhere. ccache has its own way to share between folders; coverage is written to the folder that was noted, so that one
# must be true.
ifeq ($(findstring ccache,$(CC))$(findstring --coverage,$(CFLAGS)),)
$(BUILD)/%: export PWD := /proc/self/cwd
endif
# Allocations end the program where memory does (src/base/memory.c), libfyaml's too where it is there as an archive.
# What the compiler itself adds (coverage) comes after the archives have been looked through, so they are asked for beforehand.
LIBS := -Wl,-u,__wrap_malloc -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=__asprintf_chk,--wrap=__vasprintf_chk
LIBS += $(or $(filter /%,$(shell $(CC) -print-file-name=libfyaml.a)),-lfyaml) -lyaml -lpcre2-8 -lmd -llz4 -lm -lpthread

# The rooms up to one.
upto = $(if $(filter $(1),$(ROOMS)),$(call upto_walk,$(1),$(ROOMS)))
upto_walk = $(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call upto_walk,$(1),$(wordlist 2,$(words $(2)),$(2))))

sources = $(wildcard src/$(1)/*.c)
objects = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(call sources,$(1))) $(if $(filter api,$(1)),$(BUILD)/obj/api/table.o)
ARCHIVES := $(foreach room,$(ROOMS),$(BUILD)/lib/$(room).a)
EMBEDDED := $(sort $(shell find completions templates environments standards -type f 2>/dev/null))

EMBEDDED_OBJECTS := $(BUILD)/obj/embedded.o $(BUILD)/obj/embedded_values.o

# An object whose source is gone would stay in its archive, and in the program.
OBJECTS := $(BUILD)/obj/main.o $(EMBEDDED_OBJECTS) $(foreach room,$(ROOMS),$(call objects,$(room)))
STALE := $(filter-out $(OBJECTS),$(shell find $(BUILD)/obj -name '*.o' 2>/dev/null))
$(if $(STALE),$(shell rm -f $(STALE) $(STALE:.o=.d) $(ARCHIVES)))

# V=1 shows whole commands.
quiet = $(if $(V),,@printf '  %-6s %s\n' $(1) $@;)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $(BUILD)/kiln

$(BUILD)/kiln: $(BUILD)/obj/main.o $(EMBEDDED_OBJECTS) $(ARCHIVES)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(filter-out -fno-lto,$(LDFLAGS_ALL)) -o $@ $(BUILD)/obj/main.o -Wl,--start-group $(ARCHIVES) \
	  $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call quiet,cc)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

define archive_rule
$(BUILD)/lib/$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@$(AR) rcs $$@ $(call objects,$(1))
endef
$(foreach room,$(ROOMS),$(eval $(call archive_rule,$(room))))

# completions/, templates/, environments/ and standards/ travel inside the program.
$(BUILD)/tools/embed: tools/embed.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 $(WARNINGS) -O1 -o $@ $<
$(BUILD)/obj/embedded.c: $(BUILD)/tools/embed $(EMBEDDED) completions templates environments standards
	@mkdir -p $(@D)
	@$(BUILD)/tools/embed $(EMBEDDED) > $@
$(BUILD)/obj/embedded.o: $(BUILD)/obj/embedded.c
	$(call quiet,cc)$(CC) $(CFLAGS_ALL) -c -o $@ $<
# Their values are read at build time, by the rooms that read at run time.
$(BUILD)/tools/prebuild: tools/prebuild.c $(BUILD)/obj/embedded.o $(foreach room,$(call upto,yaml),$(BUILD)/lib/$(room).a)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(foreach room,$(call upto,yaml),$(BUILD)/lib/$(room).a) \
	  $(BUILD)/obj/embedded.o -Wl,--end-group $(LIBS)
$(BUILD)/obj/embedded_values.c: $(BUILD)/tools/prebuild
	@$< > $@
$(BUILD)/obj/embedded_values.o: $(BUILD)/obj/embedded_values.c
	$(call quiet,cc)$(CC) $(CFLAGS_ALL) -c -o $@ $<

# The table of what API servers accept becomes constant arrays.
$(BUILD)/tools/api_table: tools/api_table.c
	@mkdir -p $(@D)
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -o $@ $<
$(BUILD)/obj/api/table.c: $(BUILD)/tools/api_table src/api/table.txt
	@mkdir -p $(@D)
	@$(BUILD)/tools/api_table src/api/table.txt > $@
$(BUILD)/obj/api/table.o: $(BUILD)/obj/api/table.c src/api/table.h
	$(call quiet,cc)$(CC) $(CFLAGS_ALL) -Isrc -c -o $@ $<

# ---- unit tests: tests/unit/ROOM_*_test.c or tests/unit/ROOM_test.c ----

room_of = $(firstword $(subst _, ,$(1)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*_test.c))

define unit_rule
$(BUILD)/unit/$(1): tests/unit/$(1).c $(EMBEDDED_OBJECTS) $(foreach room,$(call upto,$(call room_of,$(1))),$(BUILD)/lib/$(room).a)
	@mkdir -p $$(@D)
	$$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -MMD -MP -o $$@ $$< -Wl,--start-group \
	  $(foreach room,$(call upto,$(call room_of,$(1))),$(BUILD)/lib/$(room).a) $(EMBEDDED_OBJECTS) -Wl,--end-group -lcmocka $(LIBS)
endef
$(foreach test,$(notdir $(UNIT_TESTS)),$(eval $(call unit_rule,$(test))))

.PHONY: unit
unit: $(UNIT_TESTS) ; @tests/run-unit $(UNIT_TESTS)

# ---- everything that a change must pass; `make test` does its own set-up ----

SHARED ?= ../shared
# Markdown pages whose commands are run.
PAGES := README.md docs/getting-started.md $(wildcard docs/how-to/*.md)
export KILN_SHARED = $(abspath $(SHARED))
export KILN_PAGES = $(PAGES)
export ASAN_OPTIONS = detect_leaks=1:abort_on_error=0
export UBSAN_OPTIONS = print_stacktrace=1

.PHONY: deps test check cases golden update-golden contexts reread check-layers demo
deps: ; @tools/deps test

test:
	@tools/deps test
	@$(MAKE) --no-print-directory check

check: check-layers check-generated $(BUILD)/kiln $(UNIT_TESTS) $(BUILD)/tools/meant $(BUILD)/tools/contexts $(BUILD)/tools/kill_at.so $(BUILD)/tools/revision $(BUILD)/tools/whole
	@tests/run-all $(BUILD)

check-layers: ; @tools/check-layers $(ROOMS)

# The reference pages come from the field table and the command table.
.PHONY: generate check-generated
$(BUILD)/tools/generate: tools/generate.c $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(ARCHIVES) \
	  $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)
GENERATED := definition commands
generate: $(BUILD)/tools/generate
	@mkdir -p docs
	@for page in $(GENERATED); do $< $$page > docs/$$page.md || exit 1; done
check-generated: $(BUILD)/tools/generate
	@for page in $(GENERATED); do $< $$page | diff -u docs/$$page.md - || \
	  { echo "docs/$$page.md is not what the tables say; run: make generate" >&2; exit 1; }; done; echo "generated: fine"

.PHONY: docs
docs: $(BUILD)/kiln ; @tests/run-docs --kiln $(BUILD)/kiln $(PAGES)
cases: $(BUILD)/kiln ; @tests/run-cases --kiln $(BUILD)/kiln
golden: $(BUILD)/kiln ; @tests/run-golden $(BUILD)/kiln
contexts: $(BUILD)/kiln $(BUILD)/tools/contexts ; @tests/run-contexts $(BUILD)
reread: $(BUILD)/kiln $(BUILD)/tools/meant ; @tests/run-reread $(BUILD)
update-golden: $(BUILD)/kiln
	@tests/run-cases --kiln $(BUILD)/kiln --update
	@tests/run-golden --update $(BUILD)/kiln
	@tests/run-docs --update --kiln $(BUILD)/kiln $(PAGES)

# What a project was meant to render to, as JSON: the other half of the re-reading tests.
$(BUILD)/tools/meant: tests/tools/meant.c tests/tools/project.h $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(ARCHIVES) $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)

# What templates see, which docs/templates.md lists.
$(BUILD)/tools/contexts: tests/tools/contexts.c tests/tools/project.h $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(ARCHIVES) $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)

# Ends kiln at a given change to the file system (tests/run-kill).
$(BUILD)/tools/kill_at.so: tests/tools/kill_at.c tests/tools/calls.h
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -fPIC -shared -o $@ $<
# Makes a given call to the file system fail (tests/run-faults).
$(BUILD)/tools/fail_at.so: tests/tools/fail_at.c tests/tools/calls.h
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -fPIC -shared -o $@ $<
# Writes where it may not, compiled as the program is (tests/run-hardened).
$(BUILD)/tools/overflow: tests/tools/overflow.c
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $<
.PHONY: faults limits lint hardened
hardened: $(BUILD)/kiln $(BUILD)/tools/overflow static ; @tests/run-hardened $(BUILD)
faults: $(BUILD)/kiln $(BUILD)/tools/fail_at.so ; @tests/run-faults $(BUILD) $(if $(EVERY),--every)
limits: $(BUILD)/kiln ; @tests/run-limits $(BUILD)/kiln --table
lint: ; @tests/lint
.PHONY: threads memcheck
threads: $(BUILD)/kiln ; @tests/run-threads $(BUILD)/kiln
# EVERY=4 FROM=2: the second of every four case files, and so on.
memcheck: $(BUILD)/kiln ; @tests/run-valgrind $(BUILD)/kiln $(EVERY) $(FROM)
.PHONY: kill
kill: $(BUILD)/kiln $(BUILD)/tools/kill_at.so ; @tests/run-kill $(BUILD)

# What the git room reads of a folder at a revision.
$(BUILD)/tools/revision: tests/tools/revision.c $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(ARCHIVES) $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)

# What a project renders to when nothing is left out: the other half of tests/run-base.
$(BUILD)/tools/whole: tests/tools/whole.c $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(ARCHIVES) $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)
.PHONY: base
EDITS ?= 1000
base: $(BUILD)/kiln $(BUILD)/tools/whole ; @tests/run-base $(BUILD) $(EDITS)

# Real readers of other languages, over a corpus of nasty strings that our writer wrote.
$(BUILD)/conformance/readers: tests/conformance/readers/corpus.c tests/unit/yaml_corpus.h $(EMBEDDED_OBJECTS) \
  $(foreach room,$(call upto,yaml),$(BUILD)/lib/$(room).a)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group \
	  $(foreach room,$(call upto,yaml),$(BUILD)/lib/$(room).a) $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)
.PHONY: readers
readers: $(BUILD)/conformance/readers ; @tests/conformance/readers.sh $<

# The rendered examples before validators that others wrote, and a real API server; FULL=1 installs those that take long.
.PHONY: conformance
conformance: $(BUILD)/kiln ; @tests/conformance/run $(if $(FULL),--install) $<
.PHONY: faults-table
faults-table: $(BUILD)/kiln ; @tests/conformance/faults/table.sh $<

demo:
	@tools/deps build
	@$(MAKE) --no-print-directory all
	@tools/demo $(BUILD)

# ---- what the tests reach ----

.PHONY: cover
LEAST ?= 90
cover:
	@find build-cover -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory BUILD=build-cover CC=gcc OPTIMISE='-O0 -g' CFLAGS='--coverage -U_FORTIFY_SOURCE' check
	@tests/cover build-cover --least $(LEAST)

# ---- fuzzing: make fuzz [F="read rules"] [T=seconds each], with clang's libFuzzer ----

F ?=
T ?= 20
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
$(BUILD)/fuzz/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group \
	  $(ARCHIVES) $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)
# Comparisons are not traced: it takes a third of the time, and what must compare equal is generated (tests/fuzz/README.md).
.PHONY: fuzz fuzz-targets
fuzz-targets: $(FUZZ_TARGETS)
fuzz:
	@$(MAKE) --no-print-directory BUILD=build-fuzz CC=clang SAN=fuzzer-no-link,address,undefined OPTIMISE='-O2 -g' \
	  CFLAGS=-fno-sanitize-coverage=trace-cmp fuzz-targets
	@tests/fuzz/run build-fuzz $(T) $(F)

# ---- installing: the program, its manual, completions ----

PREFIX ?= /usr/local
DESTDIR ?=
bin := $(DESTDIR)$(PREFIX)/bin
share := $(DESTDIR)$(PREFIX)/share
COMPLETIONS := bash-completion/completions/kiln:kiln.bash zsh/site-functions/_kiln:kiln.zsh fish/vendor_completions.d/kiln.fish:kiln.fish

.PHONY: man install uninstall
man: $(BUILD)/man/kiln.1
$(BUILD)/man/kiln.1: $(BUILD)/tools/generate
	@rm -rf $(@D) && mkdir -p $(@D) && $< man $(@D)

install: $(BUILD)/kiln man
	install -D -m 755 $(BUILD)/kiln $(bin)/kiln
	@for page in $(BUILD)/man/*; do install -D -m 644 $$page $(share)/man/man$${page##*.}/$${page##*/} || exit 1; done
	@for pair in $(COMPLETIONS); do install -D -m 644 completions/$${pair#*:} $(share)/$${pair%:*} || exit 1; done
	@echo "  the manual and completions below $(share)"

uninstall: man
	rm -f $(bin)/kiln
	@for page in $(BUILD)/man/*; do rm -f $(share)/man/man$${page##*.}/$${page##*/}; done
	@for pair in $(COMPLETIONS); do rm -f $(share)/$${pair%:*}; done

# One file that needs no other: for images with nothing else in them (contrib/argocd).
.PHONY: static
static: ; @$(MAKE) --no-print-directory BUILD=$(BUILD)/static LDFLAGS='$(LDFLAGS) -static-pie' $(BUILD)/static/kiln

.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj $(BUILD)/unit -name '*.d' 2>/dev/null)

# ---- benchmarks (bench/README.md), and the differential test of jsone against npm's json-e ----

.PHONY: bench bench-templates bench-render instructions test-jsone-differential
bench: bench-templates bench-render

# PEERS=1 times foreign tools too: what the conformance tests have installed, and what bench/peers/install does.
PEERS ?=
KILN_BENCH ?= $(HOME)/.cache/kiln-bench
KILN_CONFORMANCE ?= $(HOME)/.cache/kiln-conformance
$(BUILD)/bench/floor: bench/floor.c
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -O2 -o $@ $< -lfyaml -lyaml
bench-render: $(BUILD)/kiln $(BUILD)/bench/floor
	@PEERS=$(PEERS) bench/render $(BUILD)/kiln $(BUILD)/bench/floor $(KILN_CONFORMANCE)/bin
.PHONY: bench-peers
bench: $(if $(PEERS),bench-peers)
bench-peers: $(BUILD)/kiln ; @bench/peers/run $(BUILD)/kiln $(KILN_BENCH) $(KILN_CONFORMANCE)
instructions: $(BUILD)/kiln ; @bench/instructions $(BUILD)/kiln

$(BUILD)/bench/templates: bench/templates.c $(EMBEDDED_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(ARCHIVES) \
	  $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)
bench-templates: $(BUILD)/bench/templates ; @bench/templates.sh $(BUILD)

.PHONY: bench-diff
bench: bench-diff
bench-diff: $(BUILD)/kiln ; @bench/diff.sh $(BUILD)

JSONE_ROOMS := base diag value jsone
$(BUILD)/tests/jsone-driver: tests/jsone/driver.c $(foreach r,$(JSONE_ROOMS),$(BUILD)/lib/$(r).a) $(EMBEDDED_OBJECTS)
	@mkdir -p $(@D)
	$(call quiet,link)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -Wl,--start-group $(foreach r,$(JSONE_ROOMS),$(BUILD)/lib/$(r).a) \
	  $(EMBEDDED_OBJECTS) -Wl,--end-group $(LIBS)
test-jsone-differential: $(BUILD)/tests/jsone-driver ; @tests/jsone/differential.sh $< 20000 1
