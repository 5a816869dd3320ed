// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"
#include "cluster.hpp"
#include "support/subprocess.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>

using namespace harness;

// What is left when RegistryCredentials are deleted, and what comes after it.

namespace {

const std::string document = document_of(one_login("quay.io", "left"));

/// The command of deploy/README.md that begins so, with the lines that continue it.
std::string command_of_readme(std::string_view beginning) {
    std::istringstream lines(read_text(REGCRED_REPOSITORY "/deploy/README.md"));
    std::string command;
    for (std::string line; std::getline(lines, line);) {
        if (command.empty() && !line.starts_with(beginning)) continue;
        command += line + "\n";
        if (!line.ends_with('\\')) return command;
    }
    return command;
}

/// What the check prints, by the way of the shell.
std::string printed(const std::string& command) {
    return run_or_throw({"bash", "-c", command});
}

}  // namespace

TEST_CASE_FIXTURE(account_scenario,
                  "the checks of the uninstallation name what is left, and end although Retain copies stay") {
    const auto secrets = command_of_readme("kubectl get secrets -A -l");
    const auto accounts = command_of_readme("kubectl get serviceaccounts -A");
    eventually(
        "nothing of an earlier test is left",
        [&] { return printed(secrets) + printed(accounts); },
        long_patience);
    start();
    const auto gone = add_namespace("gone");
    const auto kept = add_namespace("kept");
    const auto source = add_source("quay", one_login("quay.io", "left"));
    const auto deletes = add_credential("deletes", accounts_spec({source}, {gone}));
    auto spec = accounts_spec({source}, {kept});
    spec["deletionPolicy"] = "Retain";
    const auto retains = add_credential("retains", spec);
    await_ready(deletes, "1/1");
    await_ready(retains, "1/1");
    await_pull_secrets(gone, "regcred", "regcred");
    await_pull_secrets(kept, "regcred", "regcred");
    CHECK(printed(secrets) == gone + "/regcred\n");
    const auto listed = printed(accounts);
    CHECK(listed.find(gone + "/default\n") != std::string::npos);
    CHECK(listed.find(kept + "/default\n") != std::string::npos);

    remove_credential(deletes);
    remove_credential(retains);
    await_no_copy(gone, "regcred", long_patience);
    await_pull_secrets(gone, "", "");
    await_pull_secrets(kept, "regcred", "");
    CHECK(printed(secrets).empty());
    CHECK(printed(accounts).empty());
    CHECK(data_of(copy_in(kept)) == document);
}

TEST_CASE_FIXTURE(scenario,
                  "a RegistryCredential that is created again says that its copies were retained, and takes "
                  "them over with Adopt") {
    cluster::instance().await_garbage_collector();
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "left"));
    auto spec = spec_of({source}, {ns});
    spec["deletionPolicy"] = "Retain";
    const auto first = add_credential("first", spec);
    await_ready(first, "1/1");
    const auto uid = uid_of(copy_in(ns));
    remove_credential(first);
    const auto again = add_credential("again", spec);
    const auto object = await_condition(again, "Synced", "False", "Conflict");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("it was retained") !=
          std::string::npos);

    change_spec(again, {{"conflictPolicy", "Adopt"}});
    const auto adopted = await_ready(again, "1/1");
    CHECK(copy_in(ns)["metadata"]["annotations"]["regcred.dev/owner"] == uid_of(adopted));
    CHECK(uid_of(copy_in(ns)) == uid);
    CHECK(data_of(copy_in(ns)) == document);
    change_spec(again, {{"conflictPolicy", "Fail"}});
    change_source(source, one_login("quay.io", "rotated"));
    await_copy(ns, document_of(one_login("quay.io", "rotated")));
    await_ready(again, "1/1");
}
