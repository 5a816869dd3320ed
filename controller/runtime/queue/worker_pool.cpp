// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/worker_pool.hpp"

namespace runtime {

template class work_queue<object_key, object_key_hash>;
template class worker_pool<object_key, object_key_hash>;

}  // namespace runtime
