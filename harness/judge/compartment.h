/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_COMPARTMENT_H
#define HARNESS_JUDGE_COMPARTMENT_H
/*
 * compartment - whose a resource is: the patients, or the encounters, that R4's compartment parameters name in it.
 *
 * A patient is in its own compartment, an encounter in its own. After a merge the survivor, told by Patient.link, stands
 * for the one that is no longer used.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fact_version;
struct facts;

enum compartment { COMPARTMENT_PATIENT, COMPARTMENT_ENCOUNTER };
#define COMPARTMENTS 2
#define OWNERS_MAX   64 /* more are not told apart */

struct owners {
    const char *references[OWNERS_MAX]; /* "Type/id", no doubles */
    size_t count;
};
bool owners_has(const struct owners *owners, const char *reference);
void owners_add(struct owners *owners, const char *reference);

/* Adds those that the version names; none for a deletion and for NULL. */
void compartment_owners(const struct facts *facts, enum compartment compartment,
                        const struct fact_version *version, struct owners *out);
/* Adds the patient and whoever stands for it by Patient.link, as the chart is at n. */
void patient_and_survivors(const struct facts *facts, const char *patient, uint64_t n,
                           struct owners *out);
#endif
