/* SPDX-License-Identifier: Apache-2.0 */
/* strike_process - faults that hand the request to the store in a bent way. */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/strike_inner.h"

void do_duplicate(struct exchange *exchange, const struct sim_fault *fault)
{
    const unsigned long times = fault_number(fault, 0, 2);
    struct answer first = {.status = 0};

    for (unsigned long i = 0; i < times; i++) {
        exchange_process(exchange, NULL);
        strike_note(exchange, fault, exchange->answer.status);
        if (i == 0)
            first = exchange->answer;
    }
    if (strcmp(fault->args[1], "first") == 0)
        exchange->answer = first;
}

void do_reject_entry(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange,
                     &(struct interact_bend){.reject_entry = (unsigned)fault_number(fault, 0, 1)});
}

void do_partial_transaction(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){.partial_transaction =
                                                           (unsigned)fault_number(fault, 0, 2)});
}

/* The answer shows what was sent instead of what is stored, if the fault says so. */
static void echo(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer *answer = &exchange->answer;

    if (!strike_word(fault, 1, "sent") || !answer->sent || !answer->body || answer->status >= 300)
        return;
    answer->body = answer->sent;
    answer->body_size = answer->sent_size;
}

void do_drop_field(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){
                                   .drop_path = arena_strdup(exchange->arena, fault->args[0])});
    echo(exchange, fault);
}

void do_normalise(struct exchange *exchange, const struct sim_fault *fault)
{
    const char *path = arena_strdup(exchange->arena, fault->args[0]);

    strike_note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){.normalise_path = path});
    echo(exchange, fault);
}

void do_flap(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){.ignores_if_match = true});
}

static void process_at(struct exchange *exchange, const struct store_clock *clock)
{
    struct store *store = exchange->run->store;

    store_set_clock(store, clock);
    exchange_process(exchange, NULL);
    store_set_clock(store, &(struct store_clock){.skew_ms = 0});
}

/* Also the header Date, whether or not anything is written. */
void do_clock_skew(struct exchange *exchange, const struct sim_fault *fault)
{
    const int64_t by_ms = (int64_t)fault_number(fault, 0, 3600) * 1000;
    const struct store_clock clock = {.skew_ms = strike_word(fault, 1, "behind") ? -by_ms : by_ms};
    char date[CLOCK_INSTANT_SIZE];

    strike_note(exchange, fault, 0);
    process_at(exchange, &clock);
    clock_http_date((uint64_t)((int64_t)store_now(exchange->run->store) + clock.skew_ms), date);
    exchange->date = arena_strdup(exchange->arena, date);
}

void do_equal_updated(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    process_at(exchange, &(struct store_clock){.stands_still = true});
}

/* ---- does it fit? ---- */

int check_entry(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                struct err *err)
{
    const struct exchange_request *request = &exchange->request;
    const unsigned long wanted = fault_number(fault, 0, 1);
    struct err ignored = ERR_INIT;

    (void)at;
    const struct cJSON *bundle =
        request->body ? json_parse(exchange->arena, request->body, request->body_size, &ignored)
                      : NULL;
    const size_t count = json_count(json_get(bundle, "entry"));

    if (wanted <= count)
        return 0;
    return err_set(err, ERR_INPUT, "%s(%lu): this %s has %zu entries", fault->name, wanted,
                   exchange->face.interaction, count);
}

int check_flap(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
               struct err *err)
{
    (void)at;
    if (!exchange->request.id || request_header(&exchange->request, "If-Match"))
        return 0;
    return err_set(err, ERR_INPUT, "%s: this %s of %s has no If-Match to ignore", fault->name,
                   exchange->face.interaction, exchange->face.reference);
}
