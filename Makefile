# SPDX-License-Identifier: Apache-2.0
# One Makefile, no recursion but for configurations. `make help` lists the targets.
CONFIG   ?= dev
BUILD    ?= build
OUT      := $(BUILD)/$(CONFIG)
BIN      := $(if $(filter dev,$(CONFIG)),$(BUILD)/bin,$(OUT)/bin)
PREFIX   ?= /usr/local
WERROR   ?= -Werror# packagers: make WERROR=
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wswitch-enum -Wwrite-strings -Wundef
SAN.asan := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN.tsan := -fsanitize=thread
SAN.fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FLAGS    := -std=c11 -D_GNU_SOURCE -I. -pthread $(WARN) $(WERROR) $(SAN.$(CONFIG)) $(CPPFLAGS) $(CFLAGS)
LIBS     := -lmicrohttpd -lcjson -lcurl -lsqlite3 -lcrypto -lm
# A part's own sources, and the parts each program is linked from.
PROGRAMS := fhirsim chartproof writebackd strawman
HOME.fhirsim    := simulator
HOME.chartproof := harness
HOME.writebackd := engine
HOME.strawman   := tests/strawman
PARTS.base      := base
PARTS.fhir      := base fhir
PARTS.simulator := base fhir simulator simulator/interact
PARTS.reports   := base reports
PARTS.harness   := $(PARTS.simulator) reports harness harness/scenario harness/conduct harness/explore harness/judge
PARTS.engine    := base fhir engine
PARTS.tests/strawman := base fhir tests/strawman
UNITS    := base fhir simulator reports harness engine
MAINS    := $(foreach p,$(PROGRAMS),$(HOME.$(p))/$(p).c)
SOURCES  := $(sort $(wildcard base/*.c fhir/*.c simulator/*.c simulator/interact/*.c reports/*.c harness/*.c harness/*/*.c \
            engine/*.c tests/*.c tests/strawman/*.c tests/bench/*.c tests/fuzz/*.c */tests/*.c))
HEADERS  := $(sort $(wildcard base/*.h fhir/*.h simulator/*.h simulator/interact/*.h reports/*.h harness/*.h harness/*/*.h \
            engine/*.h tests/*.h tests/bench/*.h tests/strawman/*.h */tests/*.h))
objects   = $(patsubst %.c,$(OUT)/%.o,$(filter-out $(MAINS),$(wildcard $(addsuffix /*.c,$(1))))) \
            $(if $(filter simulator,$(1)),$(OUT)/simulator/personality_files.o)

all: $(PROGRAMS:%=$(BIN)/%)  ## build the programs into build/bin/
$(V).SILENT:                  # make V=1 shows the commands
.SECONDEXPANSION:
$(BIN)/%: $$(call objects,$$(PARTS.$$(HOME.$$*))) $(OUT)/$$(HOME.$$*)/%.o
	mkdir -p $(@D)
	echo '  LINK $@'
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(OUT)/unit/%: $$(call objects,$$(PARTS.$$*) $$*/tests) $(OUT)/tests/runner.o $(OUT)/tests/expect.o
	mkdir -p $(@D)
	echo '  LINK $@'
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $(sort $^) $(LIBS) -lcunit
PARTS.bench/store := $(PARTS.simulator)
PARTS.bench/schedules := $(PARTS.harness)
PARTS.bench/judges := $(PARTS.harness)
PARTS.bench/growth := $(PARTS.harness)
$(OUT)/bench/%: $$(call objects,$$(or $$(PARTS.bench/$$*),base)) $(OUT)/tests/bench/%.o
	mkdir -p $(@D)
	echo '  LINK $@'
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(OUT)/%.o: %.c Makefile | $(BUILD)/.setup
	mkdir -p $(@D)
	echo '  CC   $<'
	$(CC) $(FLAGS) -MMD -MP -c -o $@ $<
# The personalities that ship become part of the program, so that it needs no file at run time.
PERSONALITIES := $(sort $(wildcard fixtures/personalities/*.json))
$(OUT)/simulator/personality_files.c: $(PERSONALITIES) Makefile
	mkdir -p $(@D)
	{ printf '#include "simulator/personality.h"\n'; for f in $(PERSONALITIES); do \
	    printf 'static const unsigned char t%s[] = {' $$(basename $$f .json | tr - _); \
	    od -An -v -tu1 $$f | sed 's/[0-9][0-9]*/&,/g'; printf '};\n'; done; \
	  printf 'const struct personality_file personality_files[] = {\n'; for f in $(PERSONALITIES); do n=$$(basename $$f .json); \
	    t=t$$(echo $$n | tr - _); printf '    {"%s", %s, sizeof(%s)},\n' $$n $$t $$t; done; printf '    {0, 0, 0}};\n'; } >$@
$(OUT)/simulator/personality_files.o: $(OUT)/simulator/personality_files.c
	$(CC) $(FLAGS) -c -o $@ $<
$(BUILD)/.setup: setup.sh
	./setup.sh
	mkdir -p $(BUILD)
	touch $@
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

unit-%: $(OUT)/unit/% all     ## run one part's unit tests: make unit-fhir [SUITE=patch]
	CHARTPROOF_BIN=$(BIN) $(OUT)/unit/$* $(SUITE)

certify: all                  ## run every scenario against the reference engine; writes chartproof-report/
	$(BIN)/chartproof run scenarios/
test: all $(UNITS:%=$(OUT)/unit/%)  ## run the project's tests: unit, end to end, every scenario, every flaw
	CHARTPROOF_BIN=$(BIN) tests/run.sh $(UNITS:%=$(OUT)/unit/%)
asan tsan:                    ## run the tests under a sanitizer
	$(MAKE) CONFIG=$@ test
check: style layers headers test asan tsan  ## everything a change must pass
soundness: all                ## explore with and without reduction against every flaw: the same must be found
	tests/e2e/explore.sh soundness
kill-matrix: all              ## measure which method finds which flaw, and make docs/kill-matrix.md anew [RUNS=N SECONDS_EACH=N]
	tests/kill-matrix.sh >$(BUILD)/kill-matrix.md && mv $(BUILD)/kill-matrix.md docs/kill-matrix.md
repeat: all                   ## run the whole suite TIMES times in a row (default 200)
	tests/repeat.sh $(BIN) $(or $(TIMES),200)
sweep: all                    ## no alarm without a flaw: SCHEDULES (default 100,000) distinct ones for each engine that is right
	tests/sweep.sh $(BIN) $(or $(SCHEDULES),100000)
breakages: $(OUT)/unit/simulator  ## a test of the tests: break the code in many places, each must be noticed [TABLE=FILE]
	tests/breakages/run.sh $(TABLE)
bench: all $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(wildcard tests/bench/*.c))  ## measure, each figure beside its baseline in the same run
	./setup.sh develop
	tests/bench/run.sh $(BIN) $(OUT)
FUZZERS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
$(OUT)/fuzz/%: $$(call objects,$$(PARTS.harness)) $(OUT)/tests/fuzz/%.o
	mkdir -p $(@D)
	echo '  LINK $@'
	$(CC) $(FLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)
fuzz:                         ## fuzz every reader of foreign bytes for SECONDS each (default 60)
	./setup.sh develop
	$(MAKE) CONFIG=fuzz CC=clang $(FUZZERS:%=$(BUILD)/fuzz/fuzz/%)
	tests/fuzz/run.sh $(BUILD)/fuzz/fuzz $(or $(SECONDS),60)

definitions:                  ## compile HL7's definitions anew into fhir/ (needs node and npm; see docs/definitions.md)
	node fhir/tables/definitions.mjs

# A layer includes itself and those below; the harness knows the simulator by its face and the notation of schedules alone.
layers:                       ## no part includes what it must not know
	for part in base fhir simulator reports engine harness; do \
	  case $$part in base) may='base';; fhir) may='base|fhir';; simulator) may='base|fhir|simulator';; \
	    reports) may='base|reports';; engine) may='base|fhir|engine';; \
	    harness) may='base|fhir|reports|harness';; esac; \
	  grep -rnE '^#include "' $$part --include='*.[ch]' | grep -vE "#include \"($$may|tests)/" | \
	    grep -vE '^harness/.*#include "simulator/(sim|notation)\.h"' | sed 's/^/layers: /'; done | (! grep .)
	! grep -rnE '^#include "(simulator|engine|harness|reports)/' tests/strawman
STRAY_OK := base/clock.c harness/conduct/child.c harness/explore/crew.c engine/worker.c tests/bench/starts.c
C_FILES   = $(filter-out $(STRAY_OK),$(SOURCES))
style:                        ## formatting, and calls that belong to one file only
	./setup.sh develop
	clang-format --dry-run -Werror $(SOURCES) $(HEADERS)
	! grep -nE '\b(fork|vfork|posix_spawn|sleep|usleep|nanosleep|time|rand|random)\(' $(C_FILES)
	! grep -nE '\bpthread_create\(' $(filter-out tests/strawman/%,$(C_FILES))
	! grep -nE '\bcJSON_(AddItem\w*|Delete|Duplicate|GetErrorPtr|GetObjectItem\w*|InitHooks|Parse\w*|Replace\w*)\(' \
	  $(filter-out base/json.c,$(SOURCES))
	! grep -LE 'SPDX-License-Identifier: Apache-2.0' $(SOURCES) $(HEADERS) | grep .
headers: | $(BUILD)/.setup    ## every header compiles alone
	for h in $(HEADERS); do printf '#include "%s"\nextern int unused;\n' $$h | \
	    $(CC) $(FLAGS) -x c -fsyntax-only - || exit 1; done
install: all                  ## DESTDIR and PREFIX as usual
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(filter-out %/strawman,$(PROGRAMS:%=$(BIN)/%)) $(DESTDIR)$(PREFIX)/bin
compile_commands.json: Makefile
	{ echo '['; for c in $(SOURCES); do printf '%s{"directory":"%s","file":"%s","command":"%s"}\n' \
	    "$$sep" "$(CURDIR)" $$c "$(CC) $(FLAGS) -c $$c"; sep=,; done; echo ']'; } >$@
clean:                        ## remove what was built
	rm -rf $(BUILD)
help:                         ## show this list
	sed -nE 's/^([a-z%-][a-z %-]*):.*## */  \1\t/p' Makefile | sort -u | expand -t 16
.PHONY: all certify test asan tsan check repeat soundness kill-matrix sweep breakages bench fuzz definitions layers style headers install clean help
.SECONDARY:
