// A subject is what is judged: counties first, and whatever else answers for money.
#pragma once

#include "alerts/model/indicator.hpp"
#include "alerts/model/plan.hpp"
#include "alerts/model/text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sanbao {

enum class SubjectKind : unsigned char { county, city, zone, department, project };

// A code under which feeds know the subject, from..to (both inclusive). Codes change over time:
// 凤翔 was 610322 until 2021 and is 610305 since.
struct Alias {
    std::string code;
    Date from = Date::min();
    Date to = Date::max();
};

struct Payday {
    std::string kind;  // "wages", "pensions", …; the name that formulas use
    int day = 10;      // of the month; 31: the last day
};

// Replaces lines of one indicator for this subject, from..to (both inclusive).
struct Override {
    std::string indicator;
    Lines lines;  // only those present are replaced
    Date from{};
    Date to{};
    std::string basis;     // document number
    std::string approved;  // person id
    std::string where;     // file:line, for explain
};

struct Watch {
    std::string reason;
    Date until{};
};

struct Subject {
    std::string id;  // own id, never reused; the code of today for counties
    SubjectKind kind = SubjectKind::county;
    Text name;
    std::vector<Alias> aliases;  // the code itself among them
    std::string parent;
    std::string leader;      // person id (领导包抓)
    bool synthetic = false;  // data made up for a demonstration: said wherever it is shown
    std::optional<Watch> watch;
    std::vector<Payday> paydays;
    std::vector<Override> overrides;
    std::optional<Plan> plan;
};

}  // namespace sanbao
