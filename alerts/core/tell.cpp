// Who is told, and what: routes to recipients to messages.
#include "alerts/base/digest.hpp"
#include "alerts/core/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sanbao::core {

namespace {

template <class T>
bool matches(const std::vector<T>& wanted, const T& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

struct Recipient {
    const Channel* channel = nullptr;
    const Person* person = nullptr;  // null: the channel is nobody's
    friend bool operator==(const Recipient&, const Recipient&) = default;
};

class Recipients {
  public:
    Recipients(const Catalogue& catalogue, const Notice& notice)
        : catalogue_(catalogue), subject_(notice.facts.subject), notice_(notice) {}

    // A person's id, a role of the subject's plan, "leader", or "channel:ID".
    void add(std::string_view to) {
        constexpr std::string_view prefix = "channel:";
        if (to.starts_with(prefix)) {
            add(catalogue_.channel(to.substr(prefix.size())), nullptr);
        } else if (to == "leader") {
            add_person(subject_ != nullptr ? subject_->leader : "");
        } else if (const auto* role = role_of(to)) {
            add_person(role->person);
        } else {
            add_person(to);
        }
    }
    [[nodiscard]] const std::vector<Recipient>& all() const { return all_; }

  private:
    [[nodiscard]] const PlanRole* role_of(std::string_view key) const {
        return subject_ != nullptr && subject_->plan ? subject_->plan->role(key) : nullptr;
    }
    void add_person(std::string_view id) {
        if (const auto* person = catalogue_.person(id)) {
            for (const auto& channel : person->channels) {
                add(catalogue_.channel(channel), person);
            }
        }
    }
    void add(const Channel* channel, const Person* person) {
        const Recipient recipient{channel, person};
        if (channel != nullptr && !excepted(*channel, person)
            && std::ranges::find(all_, recipient) == all_.end()) {
            all_.push_back(recipient);
        }
    }
    [[nodiscard]] bool excepted(const Channel& channel, const Person* person) const {
        const std::string_view id = person != nullptr ? std::string_view{person->id} : "";
        return channel.id == notice_.except_channel && id == notice_.except_person;
    }
    const Catalogue& catalogue_;
    const Subject* subject_;
    const Notice& notice_;
    std::vector<Recipient> all_;
};

MessageQueued compose(const Step& step, const Notice& notice, const Recipient& to) {
    const auto& catalogue = step.catalogue();
    text::Options options;
    options.language = catalogue.language;
    options.detail = to.channel->detail;
    options.zone = catalogue.zone;
    options.label = catalogue.label;
    MessageQueued message;
    message.channel = to.channel->id;
    message.alert = notice.facts.alert_id;
    message.subject = notice.facts.subject != nullptr ? notice.facts.subject->id : "";
    message.reason = notice.facts.reason;
    message.level = notice.level;
    if (to.person != nullptr) {
        options.language = to.person->language.value_or(catalogue.language);
        message.recipient = to.person->id;
        message.name = to.person->name;
        message.address = to.person->email;
    }
    auto facts = notice.facts;
    std::erase(facts.also_told, message.name);
    if (to.channel->kind == ChannelKind::email) {
        auto rendered = text::render(facts, options);
        message.title = std::move(rendered.subject);
        message.text = std::move(rendered.text);
        message.html = std::move(rendered.html);
    } else {
        message.json = text::render_json(facts, options);
    }
    message.id = derived_id("msg", {notice.occasion, message.channel, message.recipient});
    message.digest = to_hex(sha256({message.title, message.text, message.html, message.json}));
    return message;
}

}  // namespace

void tell(Step& step, Notice notice) {
    notice.facts.at = step.at;
    const auto* subject = notice.facts.subject;
    const auto& about = notice;
    Recipients recipients{step.catalogue(), about};
    const auto levels = notice.levels.empty() ? std::vector{notice.level} : notice.levels;
    for (const auto& route : notice.routes ? step.catalogue().routes : std::vector<Route>{}) {
        const auto level = notice.topic != Topic::risk || std::ranges::any_of(levels, [&](Level l) {
                               return matches(route.levels, l);
                           });
        const auto place = subject == nullptr || matches(route.subjects, subject->id);
        if (matches(route.topics, notice.topic) && level && place) {
            std::ranges::for_each(route.to, [&](const auto& to) { recipients.add(to); });
        }
    }
    std::ranges::for_each(notice.also, [&](const auto& to) { recipients.add(to); });
    for (const auto& to : recipients.all()) {
        if (to.person != nullptr
            && std::ranges::find(notice.facts.also_told, to.person->name)
                   == notice.facts.also_told.end()) {
            notice.facts.also_told.push_back(to.person->name);
        }
    }
    for (const auto& to : recipients.all()) {
        step.emit(compose(step, notice, to));
    }
}

// The first mail about a risk says what the plan that it opened orders, and by when.
void tell_risks(Step& step) {
    for (auto& notice : std::exchange(step.risks, {})) {
        const auto& subject = *notice.facts.subject;
        if (subject.plan) {
            notice.facts.plan = plan_facts(step.state, step.catalogue().subject(subject.id));
        }
        tell(step, std::move(notice));
    }
}

std::optional<text::Contact> contact_of(const Catalogue& catalogue, std::string_view id) {
    const auto* person = catalogue.person(id);
    if (person == nullptr) {
        return std::nullopt;
    }
    return text::Contact{person->name, person->post, person->phone};
}

text::PlanFacts plan_facts(const State& state, std::uint32_t subject) {
    constexpr std::size_t steps_shown = 3;
    const auto& catalogue = state.rules->catalogue();
    const auto& county = catalogue.subjects[subject];
    const auto& plan = *county.plan;
    const auto found = state.plans.find(county.id);
    const PlanRun run = found == state.plans.end() ? PlanRun{} : found->second;
    text::PlanFacts facts;
    facts.id = plan.id;
    facts.name = plan.name;
    facts.doc_no = run.doc_no.empty() ? plan.doc_no : run.doc_no;
    facts.level = run.level;
    facts.state = to_text(run.state);
    facts.digest = run.digest.empty() ? plan.digest : run.digest;
    if (const auto* lead = plan.role("lead")) {
        facts.lead = contact_of(catalogue, lead->person);
    }
    for (const auto& measure : plan.measures) {
        const auto entry = run.steps.find(measure.seq);
        const auto settled = entry != run.steps.end() && entry->second.settled;
        if (settled || !run.concerns(measure.levels) || facts.steps.size() == steps_shown) {
            continue;
        }
        text::Step step{measure.seq, measure.name, measure.owner, {}, {}, measure.due};
        if (const auto* role = plan.role(measure.owner)) {
            step.owner = role->title;
            step.contact = contact_of(catalogue, role->person);
        }
        if (const auto since = run.ordered_since(measure.levels)) {
            step.due = end_of(measure.due, *since, catalogue.calendar, catalogue.zone);
        }
        facts.steps.push_back(std::move(step));
    }
    return facts;
}

}  // namespace sanbao::core
