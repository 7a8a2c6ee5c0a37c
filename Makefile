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
PARTS.harness   := $(PARTS.simulator) reports harness harness/judge
PARTS.engine    := base fhir engine
PARTS.tests/strawman := base fhir tests/strawman
UNITS    := base fhir simulator reports harness engine
MAINS    := $(foreach p,$(PROGRAMS),$(HOME.$(p))/$(p).c)
SOURCES  := $(wildcard base/*.c fhir/*.c simulator/*.c simulator/interact/*.c reports/*.c harness/*.c \
            harness/judge/*.c engine/*.c tests/*.c tests/strawman/*.c tests/bench/*.c tests/fuzz/*.c */tests/*.c)
HEADERS  := $(wildcard base/*.h fhir/*.h simulator/*.h simulator/interact/*.h reports/*.h harness/*.h \
            harness/judge/*.h engine/*.h tests/*.h tests/strawman/*.h */tests/*.h)
objects   = $(patsubst %.c,$(OUT)/%.o,$(filter-out $(MAINS),$(wildcard $(addsuffix /*.c,$(1)))))

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
$(OUT)/%.o: %.c Makefile | $(BUILD)/.setup
	mkdir -p $(@D)
	echo '  CC   $<'
	$(CC) $(FLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/.setup: setup.sh
	./setup.sh
	mkdir -p $(BUILD)
	touch $@
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

unit-%: $(OUT)/unit/% all     ## run one part's unit tests, e.g. unit-fhir
	CHARTPROOF_BIN=$(BIN) $(OUT)/unit/$* $(SUITE)
.PHONY: all
