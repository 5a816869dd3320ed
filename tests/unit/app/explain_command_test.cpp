// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/explain_command.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace {

using strings = std::vector<std::string>;

std::vector<const char*> pointers(const strings& arguments) {
    std::vector<const char*> all;
    for (const auto& each : arguments)
        all.push_back(each.c_str());
    return all;
}

bool is_explain(const strings& arguments) {
    const auto all = pointers(arguments);
    return is_explain_command(static_cast<int>(all.size()), all.data());
}

std::variant<explain_options, exit_now> parse(const strings& arguments) {
    const auto all = pointers(arguments);
    return parse_explain_command_line(static_cast<int>(all.size()), all.data());
}

explain_options accepted(strings arguments) {
    arguments.insert(arguments.begin(), {"regcred-controller", "explain", "pod"});
    const auto parsed = parse(arguments);
    const auto* end = std::get_if<exit_now>(&parsed);
    REQUIRE_MESSAGE(end == nullptr, end->text);
    return std::get<explain_options>(parsed);
}

exit_now ended(const strings& arguments) {
    const auto parsed = parse(arguments);
    REQUIRE(std::holds_alternative<exit_now>(parsed));
    return std::get<exit_now>(parsed);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("is_explain_command looks at the first argument and at the name of the program") {
    CHECK(is_explain({"regcred-controller", "explain", "pod", "a/b"}));
    CHECK(is_explain({"/usr/local/bin/kubectl-regcred", "explain"}));
    CHECK(is_explain({"kubectl-regcred"}));
    CHECK_FALSE(is_explain({"regcred-controller"}));
    CHECK_FALSE(is_explain({"regcred-controller", "--namespace", "explain"}));
    CHECK_FALSE(is_explain({"/kubectl-regcred/regcred-controller"}));
    CHECK_FALSE(is_explain({}));
}

TEST_CASE("a Pod is given as NAMESPACE/NAME, or as NAME with --namespace") {
    const auto whole = accepted({"team-a/web"});
    CHECK(whole.namespace_name == "team-a");
    CHECK(whole.pod == "web");
    const auto apart = accepted({"web", "-n", "team-a"});
    CHECK(apart.namespace_name == "team-a");
    CHECK(apart.pod == "web");
    CHECK(accepted({"--namespace=team-a", "web"}).namespace_name == "team-a");
    CHECK(accepted({"team-a/web", "-n", "team-a"}).pod == "web");
    CHECK(accepted({"web"}).namespace_name.empty());
    const auto elsewhere = accepted({"web", "--context", "prod", "--kubeconfig=/tmp/k"});
    CHECK(elsewhere.context == "prod");
    CHECK(elsewhere.kubeconfig == "/tmp/k");
    CHECK(elsewhere.user.empty());
    CHECK(accepted({"web", "--as", "jane"}).user == "jane");
}

TEST_CASE("--request-timeout is a time as kubectl takes it") {
    using namespace std::chrono_literals;
    CHECK(accepted({"web"}).request_timeout == 60s);
    CHECK(accepted({"web", "--request-timeout=10s"}).request_timeout == 10s);
    CHECK(accepted({"web", "--request-timeout", "5"}).request_timeout == 5s);
    CHECK(accepted({"web", "--request-timeout=2m"}).request_timeout == 2min);
    CHECK(accepted({"web", "--request-timeout=1h"}).request_timeout == 1h);
    for (const char* wrong : {"0", "0s", "s", "", "soon", "-1s", "1d", "1.5s", "70000"}) {
        CAPTURE(wrong);
        const auto end = ended({"x", "explain", "pod", "a/b", std::string("--request-timeout=") + wrong});
        CHECK(end.code == 2);
    }
}

TEST_CASE("a mistake ends with exit code 2 and says what to write") {
    for (const auto& arguments : {strings{"kubectl-regcred"},
                                  strings{"x", "explain"},
                                  strings{"x", "explain", "pod"},
                                  strings{"x", "explain", "secret", "a/b"},
                                  strings{"x", "explain", "pod", "a/"},
                                  strings{"x", "explain", "pod", "/b"},
                                  strings{"x", "explain", "pod", "a/b/c"},
                                  strings{"x", "explain", "pod", "a/b", "c"},
                                  strings{"x", "explain", "pod", "a/b", "-n", "c"},
                                  strings{"x", "explain", "pod", "a/b", "--secret-names=x"}}) {
        const auto end = ended(arguments);
        CHECK(end.code == 2);
        CHECK_FALSE(end.text.empty());
    }
    CHECK(has(ended({"x", "explain", "pod", "a/b", "-n", "c"}).text, "give the namespace only once"));
    CHECK(has(ended({"x", "explain", "pod", "a/b/c"}).text, "NAMESPACE/NAME"));
    for (const auto& arguments : {strings{"x", "explain"},
                                  strings{"x", "explain", "pod"},
                                  strings{"x", "explain", "deployment", "web"},
                                  strings{"x", "explain", "pod/web"}})
        CHECK(has(ended(arguments).text, "write 'explain pod NAMESPACE/NAME'"));
    CHECK(has(ended({"x", "explain", "pod", "a/b", "--context"}).text, "--context needs a value"));
}

TEST_CASE("--help shows the name of the program as it was called, and the exit codes") {
    const auto help = ended({"regcred-controller", "explain", "pod", "--help"});
    CHECK(help.code == 0);
    CHECK(has(help.text, "regcred-controller explain pod"));
    CHECK(has(help.text, "It shows usernames and\nregistries, but no passwords"));
    CHECK(has(help.text, "0  Every image has credentials"));
    CHECK(
        has(ended({"/bin/kubectl-regcred", "explain", "pod", "--help"}).text, "kubectl regcred explain pod"));
}

TEST_CASE("--help of explain fits into 100 columns") {
    for (const auto& arguments :
         {strings{"x", "explain", "--help"}, strings{"x", "explain", "pod", "--help"}}) {
        std::istringstream text(ended(arguments).text);
        for (std::string line; std::getline(text, line);)
            CHECK_MESSAGE(line.size() <= 100, line);
    }
}
