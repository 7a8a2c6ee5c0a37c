/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_JUDGES_H
#define HARNESS_JUDGE_JUDGES_H
/*
 * judges - one function per invariant, by the definitions of docs/invariants.md; only judge.c calls
 * them.
 *
 * Each is pure, O(n log n), and starts from a finding that is PASS. It says FAIL with what proves
 * it, UNKNOWN where evidence is missing or contradictory beyond what the engine can be blamed for.
 */
struct facts;
struct finding;

void judge_all_or_nothing(const struct facts *facts, struct finding *finding);
void judge_audit_complete(const struct facts *facts, struct finding *finding);
void judge_audit_true(const struct facts *facts, struct finding *finding);
void judge_bounded_retry(const struct facts *facts, struct finding *finding);
void judge_clean_chart(const struct facts *facts, struct finding *finding);
void judge_compensation_safe(const struct facts *facts, struct finding *finding);
void judge_conflict_is_conflict(const struct facts *facts, struct finding *finding);
void judge_correlated(const struct facts *facts, struct finding *finding);
void judge_drift_reported(const struct facts *facts, struct finding *finding);
void judge_failed_part_only(const struct facts *facts, struct finding *finding);
void judge_guarded_write(const struct facts *facts, struct finding *finding);
void judge_human_review(const struct facts *facts, struct finding *finding);
void judge_intended_content(const struct facts *facts, struct finding *finding);
void judge_intent_first(const struct facts *facts, struct finding *finding);
void judge_log_replays(const struct facts *facts, struct finding *finding);
void judge_mapping_true(const struct facts *facts, struct finding *finding);
void judge_metrics_true(const struct facts *facts, struct finding *finding);
void judge_no_duplicate(const struct facts *facts, struct finding *finding);
void judge_no_echo(const struct facts *facts, struct finding *finding);
void judge_no_leak(const struct facts *facts, struct finding *finding);
void judge_no_loss(const struct facts *facts, struct finding *finding);
void judge_no_lost_update(const struct facts *facts, struct finding *finding);
void judge_no_resurrection(const struct facts *facts, struct finding *finding);
void judge_no_wrong_patient(const struct facts *facts, struct finding *finding);
void judge_nothing_after_terminal(const struct facts *facts, struct finding *finding);
void judge_own_write_known(const struct facts *facts, struct finding *finding);
void judge_recovery_path(const struct facts *facts, struct finding *finding);
void judge_reviews_guarded(const struct facts *facts, struct finding *finding);
void judge_same_attempt(const struct facts *facts, struct finding *finding);
void judge_same_key_same_answer(const struct facts *facts, struct finding *finding);
void judge_settles(const struct facts *facts, struct finding *finding);
void judge_sound_base(const struct facts *facts, struct finding *finding);
void judge_source_order(const struct facts *facts, struct finding *finding);
void judge_tenant_apart(const struct facts *facts, struct finding *finding);
void judge_truthful_state(const struct facts *facts, struct finding *finding);
#endif
