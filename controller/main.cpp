// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/controller_command.hpp"
#include "app/explain_command.hpp"
#include "app/process_setup.hpp"

int main(int argc, char** argv) {
    set_up_process();
    if (is_explain_command(argc, argv))
        return run_guarded("regcred", 2, [&] { return explain_command(argc, argv); });
    ignore_hangup();
    return run_guarded("regcred-controller", 70, [&] { return controller_command(argc, argv); });
}
