#include "alerts/rules/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace sanbao::rules {

namespace {

constexpr std::array<Function, 10> functions{{
    {"abs", "value"},
    {"days_since", "PAYDAY"},
    {"days_to", "PAYDAY"},
    {"if", "condition, value, value"},
    {"max", "value, value, …"},
    {"min", "value, value, …"},
    {"month", ""},
    {"months_left", ""},
    {"time_progress", "day | month | workday"},
    {"workdays_to", "PAYDAY"},
}};

// Letters to add, drop or change to make one name of the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto changed = diagonal + (a[i] == b[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

const Function* function_called(std::string_view name) {
    const auto found = std::ranges::find(functions, name, &Function::name);
    return found == functions.end() ? nullptr : &*found;
}

std::vector<std::string> function_names() {
    std::vector<std::string> names;
    for (const auto& function : functions) {
        names.emplace_back(function.name);
    }
    return names;
}

std::string usage(const Function& function) {
    return function.arguments.empty() ? std::string{function.name}
                                      : fmt::format("{}({})", function.name, function.arguments);
}

std::string nearest_hint(std::string_view name, const std::vector<std::string>& known) {
    if (known.empty()) {
        return "none is known here";
    }
    const auto nearest = std::ranges::min_element(
        known, {}, [name](const std::string& other) { return distance(name, other); });
    return distance(name, *nearest) <= std::max<std::size_t>(1, name.size() / 3)
               ? fmt::format("did you mean \"{}\"?", *nearest)
               : fmt::format("known are {}", fmt::join(known, ", "));
}

}  // namespace sanbao::rules
