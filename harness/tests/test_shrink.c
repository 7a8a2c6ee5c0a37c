/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of shrinking against all subsets: hundreds of small rules for what fails, by chance. Where more elements never
 * make it pass, what is found must be one of the smallest of its kind; always, nothing more may be removable.
 */
#include "harness/explore/shrink.h"

#include <stdio.h>
#include <string.h>

#include "base/prng.h"
#include "tests/expect.h"

#define ELEMENTS_MAX 10
#define CAUSES_MAX   3

struct rule { /* it fails when all of one cause are kept ... */
    size_t count;
    unsigned causes[CAUSES_MAX];
    size_t cause_count;
    bool is_odd; /* ... and, where this is said, an even number besides: more may pass */
    unsigned stop_after, tries;
};

static unsigned bits_of(const bool *kept, size_t count)
{
    unsigned bits = 0;

    for (size_t i = 0; i < count && i < ELEMENTS_MAX; i++)
        bits |= (unsigned)kept[i] << i;
    return bits;
}

static bool rule_fails(const struct rule *rule, unsigned bits)
{
    for (size_t i = 0; i < rule->cause_count; i++) {
        unsigned rest = bits & ~rule->causes[i];

        if ((bits & rule->causes[i]) == rule->causes[i] &&
            !(rule->is_odd && __builtin_popcount(rest) % 2 && bits != (1U << rule->count) - 1))
            return true;
    }
    return false;
}

static enum shrink_answer try_rule(void *arg, const bool *kept)
{
    struct rule *rule = arg;

    if (rule->stop_after && rule->tries == rule->stop_after)
        return SHRINK_STOP;
    rule->tries++;
    return rule_fails(rule, bits_of(kept, rule->count)) ? SHRINK_FAILS : SHRINK_PASSES;
}

static struct rule make_rule(struct prng *prng, bool is_odd, size_t causes)
{
    struct rule rule = {
        .count = 1 + prng_below(prng, ELEMENTS_MAX), .cause_count = causes, .is_odd = is_odd};

    for (size_t i = 0; i < causes; i++) /* and with and: few elements a cause */
        rule.causes[i] = (unsigned)(prng_next(prng) & prng_next(prng)) & ((1U << rule.count) - 1);
    return rule;
}

static void make_ranks(struct prng *prng, unsigned *ranks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ranks[i] = (unsigned)prng_below(prng, 4);
}

static bool is_minimal(const struct rule *rule, unsigned bits)
{
    for (size_t i = 0; i < rule->count; i++) {
        if (bits >> i & 1 && rule_fails(rule, bits & ~(1U << i)))
            return false;
    }
    return rule_fails(rule, bits);
}

/* No subset of it fails at all. */
static bool is_optimum_below(const struct rule *rule, unsigned bits)
{
    for (unsigned below = (bits - 1) & bits; bits; below = (below - 1) & bits) {
        if (rule_fails(rule, below))
            return false;
        if (below == 0)
            break;
    }
    return true;
}

static unsigned smallest(const struct rule *rule)
{
    unsigned best = ELEMENTS_MAX + 1;

    for (unsigned bits = 0; bits < 1U << rule->count; bits++) {
        unsigned size = (unsigned)__builtin_popcount(bits);

        if (size < best && rule_fails(rule, bits))
            best = size;
    }
    return best;
}

static void one_cause_is_found_exactly(void)
{
    struct prng prng;

    prng_init(&prng, 1);
    for (int i = 0; i < 500; i++) {
        struct rule rule = make_rule(&prng, false, 1);
        unsigned ranks[ELEMENTS_MAX];
        bool kept[ELEMENTS_MAX];

        make_ranks(&prng, ranks, rule.count);
        EXPECT_TRUE("it came to its end", shrink(ranks, rule.count, try_rule, &rule, kept));
        EXPECT_INT("the cause and nothing else", bits_of(kept, rule.count), rule.causes[0]);
        EXPECT_INT("as small as all subsets allow", __builtin_popcount(bits_of(kept, rule.count)),
                   smallest(&rule));
    }
}

static void nothing_below_what_is_found_fails(void)
{
    struct prng prng;
    unsigned optimal = 0, all = 0;

    prng_init(&prng, 2);
    for (int i = 0; i < 500; i++) {
        struct rule rule = make_rule(&prng, false, 1 + prng_below(&prng, CAUSES_MAX));
        unsigned ranks[ELEMENTS_MAX];
        bool kept[ELEMENTS_MAX];

        make_ranks(&prng, ranks, rule.count);
        EXPECT_TRUE("it came to its end", shrink(ranks, rule.count, try_rule, &rule, kept));
        unsigned bits = bits_of(kept, rule.count);
        EXPECT_TRUE("it fails", rule_fails(&rule, bits));
        EXPECT_TRUE("no subset of it fails", is_optimum_below(&rule, bits));
        optimal += (unsigned)__builtin_popcount(bits) == smallest(&rule);
        all++;
    }
    EXPECT_TRUE("most are the smallest there are", 10 * optimal >= 7 * all);
}

static void no_single_element_can_go(void)
{
    struct prng prng;

    prng_init(&prng, 3);
    for (int i = 0; i < 500; i++) {
        struct rule rule = make_rule(&prng, true, 1 + prng_below(&prng, CAUSES_MAX));
        unsigned ranks[ELEMENTS_MAX];
        bool kept[ELEMENTS_MAX];

        make_ranks(&prng, ranks, rule.count);
        EXPECT_TRUE("it came to its end", shrink(ranks, rule.count, try_rule, &rule, kept));
        EXPECT_TRUE("1-minimal", is_minimal(&rule, bits_of(kept, rule.count)));
    }
}

/* Either of two will do: the one of the higher rank stays. */
static void lower_ranks_go_first(void)
{
    static const unsigned ranks[] = {3, 0, 2, 1};
    struct rule rule = {.count = 4, .causes = {1U << 0, 1U << 1}, .cause_count = 2};
    bool kept[4];

    EXPECT_TRUE("it came to its end", shrink(ranks, 4, try_rule, &rule, kept));
    EXPECT_INT("the delay went, the step stayed", bits_of(kept, 4), 1);
}

static void what_is_stopped_is_not_minimal_and_fails(void)
{
    unsigned ranks[ELEMENTS_MAX] = {0};
    bool kept[ELEMENTS_MAX];

    for (unsigned after = 1; after < 8; after++) {
        struct rule rule = {.count = ELEMENTS_MAX,
                            .causes = {1U << 2 | 1U << 7},
                            .cause_count = 1,
                            .stop_after = after};

        EXPECT_TRUE("it was stopped", !shrink(ranks, rule.count, try_rule, &rule, kept));
        EXPECT_INT("no try more than allowed", rule.tries, after);
        EXPECT_TRUE("what is left fails", rule_fails(&rule, bits_of(kept, rule.count)));
    }
}

static CU_TestInfo tests[] = {
    {"one cause is found exactly", one_cause_is_found_exactly},
    {"nothing below what is found fails", nothing_below_what_is_found_fails},
    {"no single element can go", no_single_element_can_go},
    {"lower ranks go first", lower_ranks_go_first},
    {"what is stopped is not minimal, and fails", what_is_stopped_is_not_minimal_and_fails},
    CU_TEST_INFO_NULL,
};
SUITE("shrink", tests)
