#include "daemon/feeds/csv_records.hpp"

#include <algorithm>
#include <cstring>

namespace sanbao::feeds {

CsvRecords::CsvRecords(std::string_view text, char delimiter)
    : at_(text.data()), end_(text.data() + text.size()) {
    kinds_[static_cast<unsigned char>(delimiter)] = Kind::delimiter;
    kinds_['"'] = Kind::quote;
    kinds_['\n'] = Kind::feed;
    kinds_['\r'] = Kind::carriage;
}

void CsvRecords::take_line_break() {
    if (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n') {
        ++at_;
    }
    ++at_;
    ++next_line_;
}

CsvRecords::Step CsvRecords::next() {
    while (at_ != end_ && (*at_ == '\n' || *at_ == '\r')) {
        take_line_break();
    }
    if (at_ == end_) {
        return Step::end;
    }
    line_ = next_line_;
    cells_.clear();
    unquoted_.clear();
    unended_ = false;
    for (;;) {
        if (at_ != end_ && *at_ == '"') {
            if (const auto step = take_quoted(); step != Step::record) {
                return step;
            }
        } else {
            const char* const begin = at_;
            while (at_ != end_ && kind(*at_) == Kind::plain) {
                ++at_;
            }
            cells_.emplace_back(begin, static_cast<std::size_t>(at_ - begin));
        }
        if (at_ == end_) {
            unended_ = true;
            return Step::record;
        }
        switch (kind(*at_)) {
            case Kind::delimiter:
                ++at_;
                break;
            case Kind::feed:
            case Kind::carriage:
                take_line_break();
                return Step::record;
            case Kind::quote:
            case Kind::plain:
                return Step::stray_quote;
        }
    }
}

// at_ stands on the opening quote; afterwards behind the closing one.
CsvRecords::Step CsvRecords::take_quoted() {
    const char* begin = ++at_;
    std::string* unquoted = nullptr;
    for (;;) {
        const auto left = static_cast<std::size_t>(end_ - at_);
        const auto* const quote = static_cast<const char*>(std::memchr(at_, '"', left));
        if (quote == nullptr) {
            return Step::open_quote;
        }
        const bool doubled = quote + 1 != end_ && quote[1] == '"';
        if (!doubled && unquoted == nullptr) {
            cells_.emplace_back(begin, static_cast<std::size_t>(quote - begin));
        } else {
            unquoted = unquoted == nullptr ? &unquoted_.emplace_back() : unquoted;
            unquoted->append(begin, doubled ? quote + 1 : quote);
        }
        for (const char* c = at_; c != quote; ++c) {
            next_line_ += *c == '\n' || (*c == '\r' && c[1] != '\n') ? 1 : 0;
        }
        at_ = quote + (doubled ? 2 : 1);
        begin = at_;
        if (!doubled) {
            if (unquoted != nullptr) {
                cells_.emplace_back(*unquoted);
            }
            return Step::record;
        }
    }
}

}  // namespace sanbao::feeds
