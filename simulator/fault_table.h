/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_FAULT_TABLE_H
#define SIMULATOR_FAULT_TABLE_H
/* fault_table - what fault_table.c tells faults.c alone; the rest of its face is in core.h. */
#include <stdbool.h>
#include <stddef.h>

#include "simulator/core.h"

struct fault_argument {
    const char *fault;
    size_t index;
    const char *words;              /* one of these; NULL: see below */
    unsigned long minimum, maximum; /* a number in this range; 0, 0: any text */
    bool is_pointer, is_required;
};
size_t fault_arguments(const struct fault_argument **out_arguments);
#endif
