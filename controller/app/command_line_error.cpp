// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/command_line_error.hpp"

#include <fmt/format.h>

#include <sstream>
#include <string>
#include <string_view>

exit_now exit_for(const CLI::App& app, const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    if (code == 0) return exit_now{.code = 0, .text = out.str()};
    const std::string_view message = error.what();
    const auto name = std::string(message.substr(0, message.find(':')));
    const auto* owner = &app;
    while (owner->get_option_no_throw(name) == nullptr && !owner->get_subcommands().empty())
        owner = owner->get_subcommands().front();
    const auto* option = owner->get_option_no_throw(name);
    // "--secret-names: 1 required TEXT:NAME missing"
    if (option == nullptr || !message.ends_with(" missing")) return exit_now{.code = 2, .text = err.str()};
    const bool is_list = option->get_expected_max() > 1;
    return exit_now{.code = 2,
                    .text = fmt::format("{} needs {}\nRun with --help for more information.\n",
                                        name,
                                        is_list ? "at least one name" : "a value")};
}
