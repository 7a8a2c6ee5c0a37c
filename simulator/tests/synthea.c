/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/synthea.h"

#include <stdlib.h>
#include <string.h>

#include "tests/expect.h"

static const char *const names[SYNTHEA_FILES] = {
    "synthea/0-hospitalInformation1625911868739.json",
    "synthea/0-practitionerInformation1625911868739.json",
    "synthea/085e81c0-7a95-ef02-16ef-aa1b4344deed.json",
    "synthea/6c8f3e83-c351-ed33-c38d-6be101c275d2.json",
    "synthea/8708d3e1-f718-96bb-03f0-f2a6564ae1cd.json",
    "synthea/8a4c9c04-1524-9f1c-d65b-9b17e4520fef.json",
    "synthea/bba190d1-1356-0588-7a1b-7e1325835baa.json",
    "synthea/d1193889-ebd9-4e35-bf1b-8a73ecbfc00b.json",
};

bool synthea_paths(char *out_paths[SYNTHEA_FILES])
{
    for (size_t i = 0; i < SYNTHEA_FILES; i++) {
        if (!test_shared(names[i]))
            return false;
    }
    for (size_t i = 0; i < SYNTHEA_FILES; i++)
        out_paths[i] = strdup(test_shared(names[i]));
    return true;
}
