// Exact numbers for decisions: 3,599/12,000 is below 0.30 although it prints as 0.30.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sanbao {

__extension__ typedef __int128 Int128;

// A fraction in lowest terms with a positive denominator. Every operation is exact or says that
// it cannot be (nullopt: the result, or a step towards it, does not fit 127 bits and a sign, or a
// division by zero); none rounds.
class Rational {
  public:
    constexpr Rational() = default;
    // Integers are rationals. NOLINTNEXTLINE(google-explicit-constructor)
    constexpr Rational(std::int64_t whole) : numerator_(whole) {}

    // nullopt when denominator is zero.
    static std::optional<Rational> make(Int128 numerator, Int128 denominator);

    [[nodiscard]] Int128 numerator() const { return numerator_; }
    [[nodiscard]] Int128 denominator() const { return denominator_; }

    friend std::optional<Rational> add(const Rational& a, const Rational& b);
    friend std::optional<Rational> subtract(const Rational& a, const Rational& b);
    friend std::optional<Rational> multiply(const Rational& a, const Rational& b);
    friend std::optional<Rational> divide(const Rational& a, const Rational& b);
    friend Rational negate(const Rational& a);

    // Total and exact for all values: by continued fractions where cross-products would overflow.
    friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);
    friend bool operator==(const Rational& a, const Rational& b) = default;

  private:
    Int128 numerator_ = 0;
    Int128 denominator_ = 1;
};

std::optional<Rational> add(const Rational& a, const Rational& b);
std::optional<Rational> subtract(const Rational& a, const Rational& b);
std::optional<Rational> multiply(const Rational& a, const Rational& b);
std::optional<Rational> divide(const Rational& a, const Rational& b);
Rational negate(const Rational& a);

// For people: `digits` decimals (0..9), rounded half away from zero.
// A line is never crossed by printing: show the exact fraction beside it where the two disagree.
std::string to_decimal(const Rational& value, int digits);
// "3599/12000", or "7" for a whole number: the form that is stored and hashed.
std::string to_fraction(const Rational& value);
// Reads what to_fraction wrote.
std::optional<Rational> from_fraction(std::string_view text);

}  // namespace sanbao
