// Batches of feeds that are held back: what they are, and what a person decides about them.
#include "daemon/web/api_impl.hpp"

namespace sanbao::web {

namespace {

json::object held_json(const View& view) {
    json::array batches;
    for (const auto& held : view.state.quarantine) {
        const auto feed = view.catalogue().feed(held.feed);
        json::array reasons;
        for (const auto& reason : held.reasons) {
            reasons.emplace_back(reason);
        }
        batches.push_back(json::object{
            {"feed", held.feed},
            {"name",
             text_json(
                 feed == none ? Text{held.feed, held.feed} : view.catalogue().feeds[feed].name)},
            {"digest", held.digest},
            {"since", instant_json(view, held.at)},
            {"newest", date_json(held.newest)},
            {"rows", held.rows},
            {"bytes", held.bytes},
            {"cells", held.cells.size()},
            {"reasons", std::move(reasons)}});
    }
    auto result = head_json(view);
    result["held"] = std::move(batches);
    return result;
}

}  // namespace

Reply Api::held(const Call& /*call*/) const {
    return answer(held_json(view()));
}

template <class Act>
Reply Api::settle_batch(const Call& call) const {
    const auto form = Form::read(call.body);
    if (!form) {
        return form.error();
    }
    Act act;
    for (auto [key, field] :
         {std::pair{"feed", &act.feed},
          std::pair{"digest", &act.digest},
          std::pair{"by", &act.by},
          std::pair{"reason", &act.reason}}) {
        const auto text = form->text(key);
        if (!text) {
            return text.error();
        }
        *field = *text;
    }
    if (const auto done = ports_.act(std::move(act), call.actor); !done) {
        return refuse(status_of(done.error()), done.error().message);
    }
    return answer(held_json(view()));
}

Reply Api::release(const Call& call) const {
    return settle_batch<core::ReleaseBatch>(call);
}

Reply Api::discard(const Call& call) const {
    return settle_batch<core::DiscardBatch>(call);
}

}  // namespace sanbao::web
