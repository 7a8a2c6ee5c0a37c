/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - batches and transactions. */
#include "simulator/interact/act.h"

void interact_batch(const struct act *act)
{
    REFUSE(act, 400, "not-supported", "batches are not offered");
}

void interact_transaction(const struct act *act)
{
    REFUSE(act, 400, "not-supported", "transactions are not offered");
}
