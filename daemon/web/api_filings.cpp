// Filing by hand, and what each county owes by when.
#include "alerts/core/duties.hpp"
#include "alerts/text/figures.hpp"
#include "daemon/web/api_impl.hpp"

namespace sanbao::web {

namespace {

using core::DutyStage;

json::object filing_json(const View& view, const std::string& id, const core::Filing& filing) {
    const auto& catalogue = view.catalogue();
    json::object result{
        {"id", id},
        {"feed", filing.feed},
        {"date", date_json(filing.date)},
        {"by", filing.by},
        {"at", instant_json(view, filing.at)},
        {"digest", filing.digest}};
    const auto feed = catalogue.feed(filing.feed);
    const auto subject = catalogue.subject(filing.subject);
    result["name"] = text_json(feed == none ? Text{filing.feed, ""} : catalogue.feeds[feed].name);
    result["subject"] =
        subject == none ? json::object{{"id", filing.subject}} : subject_json(view, subject);
    const auto* const person = catalogue.person(filing.by);
    result["by_name"] = person == nullptr ? filing.by : person->name;
    json::array values;
    for (const auto& cell : filing.cells) {
        const auto& item = catalogue.items[cell.item];
        const auto number = Rational::make(cell.value, scale_of(item.unit));
        const auto decimal = number ? text::plain_decimal(*number) : std::to_string(cell.value);
        const auto in = [&](Language language) {
            return item.unit == Unit::money && number
                       ? text::money_text(*number, item.currency, language)
                       : decimal;
        };
        values.push_back(json::object{
            {"item", item.id},
            {"name", text_json(item.name)},
            {"decimal", decimal},
            {"text", text_json({in(Language::zh), in(Language::en)})}});
    }
    result["values"] = std::move(values);
    return result;
}

// Where a duty stands as people say it: what was filed or returned comes before what is late.
std::string_view state_of(const View& view, const FeedRule& rule, const std::string& county) {
    const auto owed = core::owed_now(view.state, rule, county, view.now);
    const auto found = view.state.duties.find({rule.id, county});
    const auto duty = found == view.state.duties.end() ? core::Duty{} : found->second;
    if (core::waiting_filing(view.state, rule.id, county, owed.period.last) != nullptr) {
        return "filed";
    }
    if (owed.stage == DutyStage::missing) {
        return "missing";
    }
    if (!duty.returned.empty()) {
        return "returned";
    }
    const auto newest = core::newest_of(view.state, rule, county);
    const bool just = newest != Date::min() && newest >= owed.period.first - std::chrono::days{1};
    return owed.stage == DutyStage::owed && just ? "accepted" : core::to_text(owed.stage);
}

json::object duty_json(const View& view, const FeedRule& rule, const std::string& county) {
    const auto owed = core::owed_now(view.state, rule, county, view.now);
    const auto found = view.state.duties.find({rule.id, county});
    json::object result{
        {"feed", rule.id},
        {"name", text_json(rule.name)},
        {"schedule", to_text(*rule.due)},
        {"first", date_json(owed.period.first)},
        {"last", date_json(owed.period.last)},
        {"due", instant_json(view, owed.period.due)},
        {"overdue", owed.stage >= DutyStage::late},
        {"state", state_of(view, rule, county)},
        {"returned", found == view.state.duties.end() ? "" : found->second.returned},
        {"accepted", date_json(core::newest_of(view.state, rule, county))}};
    const auto subject = view.catalogue().subject(county);
    result["subject"] = subject == none ? json::value(nullptr) : subject_json(view, subject);
    const auto reporter = rule.reporters.find(county);
    const auto& id = reporter == rule.reporters.end() ? rule.owner : reporter->second;
    const auto* const person = view.catalogue().person(id);
    result["by"] = id;
    result["by_name"] = person == nullptr ? id : person->name;
    return result;
}

}  // namespace

// The body that is decoded, hashed and kept: what was asked for, in one form and one order.
Reply Api::file(const Call& call) const {
    const auto form = Form::read(call.body);
    if (!form) {
        return form.error();
    }
    json::object body;
    for (const std::string_view key : {"county", "date"}) {
        const auto text = form->text(key);
        if (!text) {
            return text.error();
        }
        body[key] = *text;
    }
    const auto values = form->object("values");
    const auto feed = form->text("feed");
    const auto by = form->text("by");
    if (!values || !feed || !by) {
        return !values ? values.error() : !feed ? feed.error() : by.error();
    }
    if (by->empty()) {
        return refuse(400, "say who files this: 'by' is the id of a person");
    }
    // A county may be named in any way that people name it; the filing says its id.
    const auto subject = find_subject(view(), std::string{body["county"].as_string()});
    if (!subject) {
        return subject.error();
    }
    body["county"] = view().catalogue().subjects[*subject].id;
    body["values"] = *values;
    const auto id = ports_.file({*feed, *subject, json::serialize(body), *by}, call.actor);
    if (!id) {
        return refuse(status_of(id.error()), id.error().message);
    }
    auto result = head_json(view());
    result["filing"] = filing_json(view(), *id, view().state.filings.at(*id));
    return answer(result);
}

Reply Api::filings(const Call& /*call*/) const {
    const auto now = view();
    auto result = head_json(now);
    json::array list;
    for (const auto& [id, filing] : now.state.filings) {
        list.push_back(filing_json(now, id, filing));
    }
    result["filings"] = std::move(list);
    return answer(result);
}

template <class Make>
Reply Api::decide_filing(const Call& call, Make make) const {
    const auto form = Form::read(call.body);
    if (!form) {
        return form.error();
    }
    const auto id = form->text("id");
    const auto by = form->text("by");
    const auto reason = form->text("reason");
    if (!id || !by || !reason) {
        return !id ? id.error() : !by ? by.error() : reason.error();
    }
    if (id->empty() || by->empty()) {
        return refuse(400, "name the filing by 'id', and the person who decides by 'by'");
    }
    core::Act act = make(*id, *by, *reason);
    if (const auto done = ports_.act(std::move(act), call.actor); !done) {
        return refuse(status_of(done.error()), done.error().message);
    }
    auto result = head_json(view());
    result["done"] = *id;
    return answer(result);
}

Reply Api::confirm(const Call& call) const {
    return decide_filing(
        call, [](const std::string& id, const std::string& by, const std::string& /*reason*/) {
            return core::ConfirmFiling{id, by};
        });
}

Reply Api::send_back(const Call& call) const {
    return decide_filing(
        call, [](const std::string& id, const std::string& by, const std::string& reason) {
            return core::ReturnFiling{id, by, reason};
        });
}

Reply Api::duties(const Call& call) const {
    const auto now = view();
    const auto called = parameter(call, "county");
    std::string county;
    if (!called.empty()) {
        const auto subject = find_subject(now, called);
        if (!subject) {
            return subject.error();
        }
        county = now.catalogue().subjects[*subject].id;
    }
    auto result = head_json(now);
    json::array list;
    for (const auto& rule : now.catalogue().feeds) {
        if (!rule.due) {
            continue;
        }
        const auto counties = rule.arrives == Arrival::hand ? core::filing_counties(rule)
                                                            : std::vector<std::string>{""};
        for (const auto& one : counties) {
            if (county.empty() || one == county) {
                list.push_back(duty_json(now, rule, one));
            }
        }
    }
    result["duties"] = std::move(list);
    return answer(result);
}

}  // namespace sanbao::web
