// What the world may do wrong is a Result; what we may do wrong is SANBAO_ASSERT (assert.hpp).
#pragma once

#include <boost/system/result.hpp>

#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace sanbao {

enum class ErrorKind : unsigned char {
    invalid,      // the text or value is wrong; trying again will not help
    overflow,     // the value does not fit the integer that holds it
    too_large,    // a named limit (limits.hpp) was passed
    timed_out,    // the other side was too slow
    unavailable,  // the other side could not be reached, or said "later"
    rejected,     // the other side said no, for good
    io,           // the local disk or system said no
    locked,       // another process owns it
    newer,        // written by a newer version of sanbaod
};

// `message` is one sentence for an operator: what is wrong, where, and what to do.
struct Error {
    ErrorKind kind = ErrorKind::invalid;
    std::string message;
};

// What a result prints where a test fails.
inline std::ostream& operator<<(std::ostream& out, const Error& error) {
    return out << error.message;
}

// Called by result<T>::value() on an error; code that can meet one tests first.
[[noreturn]] inline void throw_exception_from_error(
    const Error& error, const boost::source_location& /*where*/) {
    throw std::runtime_error(error.message);
}

template <class T = void>
using Result = boost::system::result<T, Error>;

inline Error invalid(std::string message) {
    return Error{ErrorKind::invalid, std::move(message)};
}

}  // namespace sanbao
