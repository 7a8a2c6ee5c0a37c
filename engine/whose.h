/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_WHOSE_H
#define ENGINE_WHOSE_H
/*
 * whose - is a resource the patient's (and the encounter's) that the intent is for?
 *
 * A chart may be moved to another patient between two looks: two records that were one by mistake are parted, an entry
 * is put right. Guards do not tell, as whoever merges onto the newest version has the newest guard. So what is to be
 * written onto, and what is taken for the result, is looked at first.
 *
 * A patient who was merged into another is that one too (Patient.link, read when it matters). A resource that names no
 * patient, and an intent that says none, are nobody's and fit.
 */
#include <stdbool.h>

#include "engine/job.h"

struct cJSON;

/* GO_LATER: a Patient that had to be read could not be; else *out_is_others says whether it is somebody else's. */
enum go whose(struct job *job, const struct cJSON *resource, bool *out_is_others);
#endif
