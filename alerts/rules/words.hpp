// The words of the formula language, and the nearest of them to a word that is none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sanbao::rules {

struct Function {
    std::string_view name;
    std::string_view arguments;  // as an error text shows them; empty: stands without parentheses
};

// Null when there is none.
const Function* function_called(std::string_view name);
std::vector<std::string> function_names();
std::string usage(const Function& function);  // "abs(value)"

// "did you mean "balance"?" where one is near, else all that are known.
std::string nearest_hint(std::string_view name, const std::vector<std::string>& known);

}  // namespace sanbao::rules
