// One county, one plan (一县一策): the contingency plan as data.
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/model/indicator.hpp"
#include "alerts/model/level.hpp"

#include <string>
#include <vector>

namespace sanbao {

enum class Activation : unsigned char { lead, at_once };

struct PlanRole {
    std::string key;  // "lead" is required
    std::string title;
    std::string person;
    std::string deputy;
};

// A response level I..IV. It triggers when any clause holds. A clause is the id of a risk
// indicator (holds at `colour` or worse) or a condition over indicator values and calendar terms
// ("wage_cover_ratio < 1.0 and days_to(wages) <= 5").
struct PlanLevel {
    std::string id;  // "I" is the worst
    Level colour = Level::red;
    std::string name;
    std::vector<std::string> any;
};

struct PlanMeasure {
    int seq = 0;                      // done in this order
    std::vector<std::string> levels;  // ids of plan levels; empty: all
    std::string name;
    std::string owner;  // a role key, or a section's name that is shown as it is
    Term due;           // from the activation
    bool evidence = false;
    std::string legal_basis;
};

struct PlanReport {
    std::vector<std::string> levels;
    std::string to;  // "city", "province"
    Term within;     // from the activation
    std::string form;
};

struct PlanEnd {
    std::vector<std::string> when;  // all must hold; conditions as in PlanLevel
    Term hold;
    std::string by = "lead";
};

struct Plan {
    std::string id;
    std::string name;
    std::string doc_no;
    std::vector<std::string> basis;
    Date valid_from{};
    Date valid_to{};
    Activation activate = Activation::lead;
    std::vector<PlanRole> roles;
    std::vector<PlanLevel> levels;      // worst first
    std::vector<PlanMeasure> measures;  // by seq
    std::vector<PlanReport> reports;
    PlanEnd end;
    std::string digest;  // SHA-256 of the file that holds it: the plan version named in alerts

    [[nodiscard]] const PlanRole* role(std::string_view key) const;
    [[nodiscard]] const PlanLevel* level(std::string_view id) const;
    [[nodiscard]] bool in_force(Date date) const { return valid_from <= date && date <= valid_to; }
};

}  // namespace sanbao
