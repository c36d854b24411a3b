// Names as they come in rows: mostly the same as in the row before, or the one that followed it the
// last time round. One comparison then replaces a look-up, 352,532 times per national body.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sanbao::feeds {

template <class Meaning>
class Names {
  public:
    // The meaning of `name`; `make()` gives it when the name is new. The reference lives until the
    // next call.
    template <class Make>
    Meaning& at(std::string_view name, Make&& make) {
        if (!entries_.empty()) {
            auto& last = entries_[last_];
            if (last.name == name) {
                return last.meaning;
            }
            if (entries_[last.follower].name == name) {
                last_ = last.follower;
                return entries_[last_].meaning;
            }
        }
        const auto number = find_or_add(name, make);
        entries_[last_].follower = number;
        last_ = number;
        return entries_[number].meaning;
    }

  private:
    struct Entry {
        std::string name;
        Meaning meaning;
        std::uint32_t follower;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    template <class Make>
    std::uint32_t find_or_add(std::string_view name, Make&& make) {
        const auto found = numbers_.find(name);
        if (found != numbers_.end()) {
            return found->second;
        }
        const auto number = static_cast<std::uint32_t>(entries_.size());
        numbers_.emplace(name, number);
        entries_.push_back(Entry{std::string{name}, make(), number});
        return number;
    }

    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
    std::uint32_t last_ = 0;
};

}  // namespace sanbao::feeds
