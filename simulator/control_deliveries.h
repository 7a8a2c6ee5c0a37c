/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CONTROL_DELIVERIES_H
#define SIMULATOR_CONTROL_DELIVERIES_H
/* control_deliveries - what the control API's GET deliveries shows. */
struct cJSON;
struct sim;

/* Appends {n, state, subscription, type, event, target, actor, attempts} of each delivery that has
 * not ended, in the order of their events. */
void deliveries_list(const struct sim *sim, struct cJSON *out_array);
#endif
