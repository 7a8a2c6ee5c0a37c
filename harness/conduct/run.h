/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_RUN_H
#define HARNESS_CONDUCT_RUN_H
/*
 * run - the state of one conducted run, shared by the conductor's own files and by nobody else:
 *
 *   conduct.c    opens, runs, collects; one turn of the loop
 *   process.c    the engine's process: folder, start, ready, kill, pause
 *   engine.c     what we ask the engine and what it says, noted in the journal
 *   mapped.c     the same for an engine with an interface of its own; errand.c  that is a process for each intent
 *   settle.c     decides that nothing happens any more without us; quiet.c  by what its processes do
 *   label.c      names for held exchanges: portal/note.update#2
 *   step.c       what is enabled, and doing it
 *   milestone.c, exact.c, chosen.c    choose the next step; load.c   nobody does
 *   notify.c     deliveries of a subscription    patients.c   merges in the EHR
 *   leavings.c   what the engine printed, and files it left
 *   recovery.c   afterwards, everything up: until nothing changes any more
 *
 * Errors: a function that fails (-1) ends the run; the text in `err` becomes its problem.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/http.h"
#include "harness/conduct/child.h"
#include "harness/conduct/conduct.h"
#include "harness/conduct/folder.h"
#include "harness/scenario/scenario.h"
#include "simulator/notation.h"
#include "simulator/sim.h"

#define WAIT_MS       20000 /* one wait of the harness, by the wall clock; longer is UNKNOWN */
#define TIMEOUT_MS    30000 /* the engine's own, where no step lets it run out */
#define TIMEOUT_SHORT 300
#define TIMEOUT_OFF   3600000
#define RETRY_MS      2
#define RUNS_MAX      500 /* by one engine process */
#define SWEEPS_MAX    10
#define ERRANDS_MAX   32
#define OTHER_IDS_MAX 8 /* of one intent, by deliveries under other keys */
#define INSTANCES_MAX 2 /* processes of one engine on one folder: @1 and @2 */

struct buf;
struct mapping_submit;
struct run;

/* Where an engine's process lives: kept over kill and start. */
struct process_place {
    struct arena *arena; /* its strings; NULL: there is none */
    struct folder folder;
    long timeout_ms; /* what it is started with */
};

/* One process of the engine. */
struct instance {
    struct child *child; /* NULL before its start */
    const char *url;
    bool is_paused;
    bool is_end_due; /* it was told to end: its end is no surprise */
};

struct conductor {
    struct conductor_options options;
    struct sim *sim;
    struct http *http;
    struct child_guard *guard;
    struct instance instances[INSTANCES_MAX];
    struct instance
        *now; /* the one that a step or a question is about: the first that is up, else the first */
    struct process_place place;
    struct child *spare; /* getting ready for the next run, or NULL */
    struct process_place spare_place;
    const char *spare_url;
    bool has_status; /* it has told of an intent before: what it does not know now it has lost */
    bool answers_when_done; /* a submit is answered behind its FHIR requests, not before them */
    bool is_start_known, is_start_quiet; /* nothing came from it before the first submit */
    unsigned runs;                       /* by this process */
    uint64_t run_number;
    bool is_tainted; /* this process must not serve another run */
    bool is_down;    /* nothing is started by us and it was killed: no process takes an intent */
    struct run *run; /* the current one, for attribution; else NULL */
};

struct run_intent {
    const char *name, *actor;
    const char *key, *correlation;
    const struct cJSON *payload; /* resolved; NULL before the submit */
    const char *body;
    bool was_submitted;
    const char *id;                    /* as the engine says, or NULL */
    const char *others[OTHER_IDS_MAX]; /* ids that deliveries under other keys were given */
    size_t other_count;
    const char *state;          /* as said last, or "" */
    const char *review;         /* id of its open review as said last, or NULL */
    const char *fetched_review; /* id of the review that was looked at last, or NULL */
    const char *seen_version;   /* in it */
};

/* A call that may stay unanswered while steps go on. */
struct run_call {
    struct http_pending *pending;        /* NULL once the answer is noted */
    uint64_t entry;                      /* the question, in the journal */
    const struct instance *instance;     /* that is to answer */
    const char *answer;                  /* what the answer is called: "answer", "decided", ... */
    struct run_intent *intent;           /* or NULL */
    const struct mapping_submit *submit; /* of an engine with an interface of its own, else NULL */
    bool is_other_key; /* a delivery under another key: to the engine it may be another intent */
    bool is_submit; /* mostly answered without a FHIR request; others may be answered after some */
};

/* A process that carries out one intent. */
struct errand {
    struct child *child;
    struct run_intent *intent;
    uint64_t entry; /* the submit */
};

/* One exchange that a step may name. */
struct label {
    uint64_t number;   /* of the exchange */
    unsigned instance; /* whose it is: 1, 2 */
    size_t intent;     /* index in intents */
    const char *what;
    unsigned ordinal, class_ordinal; /* #n by interaction and by class */
    bool is_write;
    bool was_held;     /* a step said :before */
    bool timed_out;    /* the client left while a step let it run into its time-out */
    bool is_gone_due;  /* the client may be gone: killed, terminated or timed out */
    bool said_timeout; /* the :timeout is recorded */
};

struct run {
    struct conductor *conductor;
    const struct scenario *scenario;
    struct arena *arena;   /* of the evidence */
    struct arena *scratch; /* of the question under way */
    struct sim *sim;
    const char *run_id;
    struct run_intent *intents; /* by first submit */
    size_t intent_count;
    size_t *positions; /* per actor: its next step */
    struct label *labels;
    size_t label_count, label_room;
    uint64_t labelled; /* exchanges up to this number have been looked at */
    struct run_call *calls;
    size_t call_count, call_room;
    struct errand errands[ERRANDS_MAX];
    size_t errand_count;
    struct schedule done; /* the exact steps so far */
    size_t done_room;
    const char *silence;   /* why a call got no answer from an engine that runs, or NULL */
    bool has_due;          /* by the last settle */
    bool has_tried_token;  /* one that we made up (doors.c) */
    bool was_due;          /* timed work was made due */
    unsigned dues;         /* in a row, that brought nothing */
    uint64_t due_arrivals; /* when the last of them was made */
    struct {
        bool is_known, is_wrong; /* wrong: it does not count what arrives */
        long long ahead;         /* the requests it has begun are our arrivals and so many */
    } count;                     /* see settle.c */
    uint64_t settled_at;         /* the length of the journal when it settled last; 0: look anew */
    bool is_late;                /* more exchanges than steps_max */
    bool asks_views, asks_logs;
    bool
        is_ready_due; /* started; `ready` is noted once it has settled, whatever it sent meanwhile */
    bool is_divergence, is_invalid, is_unstartable;
    bool is_exact;      /* a replay: its line alone says what happens */
    bool is_chosen;     /* a schedule of the explorer's */
    bool is_recovering; /* what is done now is no step of the schedule */
    uint64_t exchanges_max;
};

/* conduct.c */
/* One turn of the one loop, at most `timeout_ms` long: whoever has something to do does it. -1: interrupted. */
int conductor_turn(struct conductor *conductor, int timeout_ms, struct err *err) ATTR_MUST_USE;
/* The same in a run, which takes the answers that came. -1: interrupted, or the engine ended by itself. */
int run_turn(struct run *run, int timeout_ms, struct err *err) ATTR_MUST_USE;
/* Appends to the journal; `entry` needs kind and what. Returns its number. */
uint64_t run_note(struct run *run, const struct sim_entry *entry);
uint64_t run_note_process(struct run *run, const char *what, const char *url, int status);

/* process.c */
/* A fresh folder and process; waits until it is ready. `run` NULL: nothing is noted. */
int process_begin(struct conductor *conductor, long timeout_ms, struct err *err) ATTR_MUST_USE;
int process_start(struct conductor *conductor,
                  struct err *err) ATTR_MUST_USE; /* again, in the same folder */
void process_end(
    struct conductor *conductor); /* killed, and its folder removed; nothing running is fine */
void process_keep_spare(struct conductor *conductor); /* starts one, where it may */
void process_drop_spare(struct conductor *conductor);
bool process_is_up(const struct conductor *conductor); /* one at least runs and is not paused */
bool process_is_ours(
    const struct conductor *conductor); /* started by us; else it runs already, or is errands */
/* The adapter's `exec`, on the file as its input. */
struct child *process_errand(struct conductor *conductor, const char *correlation, const char *key,
                             const char *input, struct err *err);
int process_check(struct conductor *conductor,
                  struct err *err) ATTR_MUST_USE; /* -1: it ended by itself */

/* instance.c: several processes of one engine */
bool instance_is_up(const struct conductor *conductor, const struct instance *instance);
/* From now on steps and questions are about this one; 0: about the first that is up. */
void instance_choose(struct conductor *conductor, unsigned number);
unsigned instance_number(const struct conductor *conductor); /* of the one that is meant now */
/* Which one's request is it? By the process that holds the other end of its connection. */
unsigned instance_of(const struct run *run, const struct sim_exchange *held);

/* engine.c */
int engine_submit(struct run *run, struct run_intent *intent, const char *key, const char *body,
                  struct err *err) ATTR_MUST_USE;
int engine_cancel(struct run *run, struct run_intent *intent, struct err *err) ATTR_MUST_USE;
int engine_compensate(struct run *run, struct run_intent *intent, struct err *err) ATTR_MUST_USE;
int engine_decide(struct run *run, struct run_intent *intent, const struct scenario_step *step,
                  const char *by, struct err *err) ATTR_MUST_USE;
/* Does an answer with this status say that there is no such call? */
bool engine_lacks(int status);
int engine_sweep(struct run *run, const char *kind, struct err *err) ATTR_MUST_USE;
/* Any other question that may stay unanswered: POST of asked->body to asked->url, noted as `what` with whatever `asked`
 * says; its answer as `answer`. Both live as long as the run's arena. */
int engine_post(struct run *run, const char *what, const char *answer,
                const struct sim_entry *asked, struct err *err) ATTR_MUST_USE;
int engine_ask_metrics(struct run *run, struct err *err) ATTR_MUST_USE; /* where there are any */
int engine_fetch_review(struct run *run, struct run_intent *intent, struct err *err) ATTR_MUST_USE;
int engine_due(struct run *run, struct err *err) ATTR_MUST_USE;
int engine_reset(struct run *run, struct err *err) ATTR_MUST_USE;
void engine_take_answers(struct run *run); /* notes the answers that came */
/* -1: a call got no answer, although its engine runs: nothing could be judged from silence. */
int engine_check_answers(struct run *run, struct err *err) ATTR_MUST_USE;
/* Calls that a process which does not stand still has yet to answer; all of one. */
size_t engine_unanswered(const struct run *run, bool only_submits);
size_t engine_unanswered_by(const struct run *run, const struct instance *instance);
/* Until the last call is answered or wants something: before that there is nothing to settle. */
int engine_wait_call(struct run *run, struct err *err) ATTR_MUST_USE;
bool intent_has_ended(const struct run_intent *intent); /* terminal, as said last */

struct settled {
    long long runnable, waiting, due_in_ms; /* due_in_ms: -1: nothing waits for a timer */
    long long requests;                     /* begun since it started; -1: it does not say */
    const char *body;                       /* until the next question, as the next */
    const struct cJSON *views;              /* those that were asked for with it; NULL: none */
};
/* `returned`: it may answer once that many of its requests have come back. Where views are to be asked for, it may add them. */
int engine_settled(struct run *run, long long returned, struct settled *out,
                   struct err *err) ATTR_MUST_USE;
/* `known`: views that it has said already, or NULL. */
int engine_ask_views(struct run *run, bool with_ended, const struct cJSON *known,
                     struct err *err) ATTR_MUST_USE;
int engine_ask_logs(struct run *run, struct err *err) ATTR_MUST_USE;   /* events, audit */
int engine_ask_at_end(struct run *run, struct err *err) ATTR_MUST_USE; /* all the rest */

/* errand.c */
size_t errand_fds(const struct run *run, int *out_fds); /* at most ERRANDS_MAX * CHILD_FDS_MAX */
void errand_turn(struct run *run);                      /* notes what those that ended said */
void errand_kill_all(struct run *run);

/* settle.c */
/* Until nothing happens without us; then asks what is to be asked. Looks of nobody pass. */
int run_settle(struct run *run, struct err *err) ATTR_MUST_USE;
/* Until the engine goes on with nothing more of what it was asked, a call just made too: it is answered, has made a
 * request, or waits behind one that is held. */
int run_rest(struct run *run, struct err *err) ATTR_MUST_USE;
size_t run_held_live(const struct run *run); /* by processes that do not stand still */
size_t run_held_by(const struct run *run, const struct instance *instance);
/* Whole, or what is left of it, where nobody named a part. */
int run_let_go(struct run *run, const struct sim_exchange *held, struct err *err) ATTR_MUST_USE;
bool run_has_open(
    const struct run *run); /* an intent neither ended nor with a human, as said last */

/* label.c */
int labels_update(struct run *run, struct err *err) ATTR_MUST_USE;
struct label *label_find(const struct run *run, uint64_t number);
const struct sim_exchange *label_held(const struct run *run,
                                      const struct label *label); /* or NULL */
void label_step(const struct run *run, const struct label *label, struct step *out);
/* Could this step be about that exchange at some time of the run? */
bool label_matches(const struct run *run, const struct label *label, const struct step *step);
/* The held exchanges with a label, actors in file order, then intent, then what and #n; until the next settle. */
struct label **labels_in_order(struct run *run, size_t *out_count);

/* step.c */
bool step_is_enabled(struct run *run, const struct step *step);
int step_do(struct run *run, const struct step *step, struct err *err) ATTR_MUST_USE;
int step_pass(struct run *run, struct label *label,
              struct err *err) ATTR_MUST_USE; /* whole, or its reply */
/* Records the :timeout of a client that left together with one that was let; false when there is none. */
bool step_note_timeout(struct run *run);
void step_held_text(struct run *run, struct buf *out,
                    const char *between); /* what is held, for people */
void step_record(struct run *run,
                 const struct step *step); /* in the journal and in the exact line */

/* step_own.c: the steps of actors */
bool own_matches(const struct run *run, size_t actor, const struct step *step); /* its next step? */
void own_name(const struct run *run, size_t actor,
              struct step *out); /* the next, possible or not */
/* The next step of an actor as a step; false when there is none or it cannot be done now. */
bool own_next(struct run *run, size_t actor, struct step *out);
/* An edit of what is not there, or no longer, waits until it is; so does an intent made on a version that is not there
 * yet. Other steps are not asked about. */
bool own_fits_chart(struct run *run, size_t actor);
/* Does it name a version that somebody makes in the run? */
bool own_names_later(struct run *run, const struct scenario_step *own);
bool own_is_enabled(struct run *run, const struct step *step);
int own_do(struct run *run, const struct step *step, struct err *err) ATTR_MUST_USE;
void own_skip(struct run *run, const struct step *step); /* a `?` that is passed over */

/* step_process.c: the steps of `engine` and `server` */
bool process_step_is_enabled(const struct run *run, const struct step *step);
int process_step_do(struct run *run, const struct step *step, struct err *err) ATTR_MUST_USE;
int process_step_all_up(struct run *run, struct err *err) ATTR_MUST_USE;
extern const struct step due_step;
/* Before timed work is made due: an engine whose timers are due again and again without a request would never end. */
int process_step_count_due(struct run *run, struct err *err) ATTR_MUST_USE;

/* notify.c: one delivery for each version that the step's `of` made */
bool notify_is_possible(struct run *run, const struct scenario_step *step);
int notify_do(struct run *run, const struct scenario_step *step, struct err *err) ATTR_MUST_USE;

/* patients.c: the EHR merges a patient into another, or takes that back */
int patients_merge(struct run *run, const char *actor, const struct scenario_step *step,
                   struct err *err) ATTR_MUST_USE;
int patients_unmerge(struct run *run, const char *actor, const struct scenario_step *step,
                     struct err *err) ATTR_MUST_USE;

/* leavings.c: what the engine printed since the last call and its files */
void leavings_note(struct run *run);
/* The words of a process that has ended, alone. */
void leavings_note_words(struct run *run, struct child *child);

/* milestone.c, exact.c, chosen.c, load.c, recovery.c */
int run_milestones(struct run *run, const struct schedule *schedule, struct err *err) ATTR_MUST_USE;
int run_exact(struct run *run, const struct schedule *schedule, struct err *err) ATTR_MUST_USE;
struct chosen;
int run_chosen(struct run *run, struct chosen *chosen, struct err *err) ATTR_MUST_USE;
int run_load(struct run *run, struct chosen *chosen, struct err *err) ATTR_MUST_USE;
/* In the exact line: commit and reply of one exchange, back to back, become one step. */
void run_join_pairs(struct run *run);
int run_recovery(struct run *run, bool *out_recovered, struct err *err) ATTR_MUST_USE;
#endif
