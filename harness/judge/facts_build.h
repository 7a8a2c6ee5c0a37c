/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_FACTS_BUILD_H
#define HARNESS_JUDGE_FACTS_BUILD_H
/*
 * facts_build - the halves of building facts, and what they share while it is not finished; judges never see it.
 *
 * Order:  versions (facts.c), intents with their slots and statements (facts_said.c), exchanges with their
 *         writes and what replies told (facts_wire.c), then cause and bases (facts_cause.c).
 */
#include "harness/judge/facts.h"

struct facts_builder {
    struct arena *arena;
    const struct evidence *evidence;
    struct facts *facts;
    struct fact_version *versions; /* loaded ones, then by n */
    size_t version_count;
    struct fact_resource *resources; /* by reference */
    size_t resource_count;
    struct fact_exchange *exchanges; /* by number */
    size_t exchange_count;
    struct fact_intent *intents;
    size_t intent_count;
    struct names *intent_names, *correlations; /* as given -> which intent */
};

/* An array of pointers that grows in the arena. */
struct facts_list {
    const void **items;
    size_t count, capacity;
};
void facts_list_add(struct arena *arena, struct facts_list *list, const void *item);

void facts_build_said(struct facts_builder *builder);
void facts_build_wire(struct facts_builder *builder);
void facts_build_cause(struct facts_builder *builder);

struct fact_parsed *fact_parsed_new(struct arena *arena, const char *bytes, size_t size);
const struct cJSON *fact_parsed_tree(struct fact_parsed *parsed);

/* Does the content of a slot stand in a version? */
struct fact_standing {
    const struct fact_slot *slot;
    bool stands;
    struct fact_standing *next;
};

/* Derived once, in derive.c and claims.c. */
struct fact_memo {
    bool has_canon, is_own_canon; /* of a version: its canon, and whether that is every intent's */
    bool is_plain_canon;          /* and whether no reference in it stands for another */
    const struct canon *canon;
    bool has_touch, is_touch_told; /* of a slot: see slot_touch */
    const struct touch *touch;
    bool has_sensitive, is_sensitive; /* of a version: see version_is_sensitive */
    struct fact_standing *standings;  /* of a version: see slot_stands */
};

/* The parts of a URL below the base: "Type", "Type/id", "Type?query"; NULL where absent. */
struct fact_url {
    const char *type, *id, *query, *reference; /* reference: "Type/id" */
    bool is_special; /* _history, _search, $operation: no target of a write */
};
struct fact_url fact_url_parse(const struct facts *facts, const char *url);
/* "identifier=system|value" anywhere in a query. False: there is none, or there are other parameters too. */
bool fact_query_identifier(struct arena *arena, const char *query, const char **out_system,
                           const char **out_value);

/* The JSON Patch (an array) in a Binary, as PATCH entries of Bundles carry it; NULL: there is none. */
const struct cJSON *fact_patch_in(struct arena *arena, const struct cJSON *binary);

/* `method` as a word. */
enum fact_method fact_method_of(const char *method);
#endif
