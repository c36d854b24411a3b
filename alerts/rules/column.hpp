// Inside jumps: one item of all counties on one date, judged as a whole.
#pragma once

#include "alerts/rules/moves.hpp"

#include <cstdint>
#include <vector>

namespace sanbao::rules {

inline constexpr int power_of_ten = 850;  // log_of(10): 3.3219 x 256
bool about_unit(int size, int width);  // whether a size is ×10⁴ or ×10⁸, give or take `width`

// What one pass over a column's cells finds, cheap enough for 352,532 of them.
struct Tally {
    std::size_t counted = 0, far = 0, flipped = 0, moved = 0, stirred = 0;

    void add(const Move& move);
    void vanish();
    // Whether a Verdict may find anything.
    [[nodiscard]] bool suspicious() const {
        return far * 5 >= counted || flipped * 2 >= counted || stirred * 2 >= counted;
    }
};

// A column that has something to say: a figure that is not 0 beside one that was not.
class Verdict {
  public:
    Verdict(const Column& column, ItemKind kind);

    [[nodiscard]] bool vanished() const { return most(vanished_); }
    [[nodiscard]] bool sign_changed() const;
    [[nodiscard]] bool unit_changed() const;
    // Constants that all changed at once, each by its own factor: figures of something else.
    // Likewise figures that all lie where none ever lay, in no common proportion.
    [[nodiscard]] bool replaced() const;

    [[nodiscard]] std::size_t counted() const { return counted_; }
    [[nodiscard]] int median() const;                                 // of the sizes
    [[nodiscard]] std::uint32_t example() const { return example_; }  // who moved most

  private:
    void look(const Move& move);
    void look_at_sign(const Move& move);
    void look_at_size(const Move& move);
    [[nodiscard]] bool most(std::size_t part) const { return part > 0 && part * 5 >= counted_ * 4; }
    [[nodiscard]] bool scattered() const;

    ItemKind kind_;
    std::vector<int> sizes_;
    // Subjects, in all and of each kind of move.
    std::size_t counted_ = 0, vanished_ = 0, stayed_ = 0, stirred_ = 0, rested_ = 0;
    std::size_t new_sign_ = 0, mirrored_ = 0;
    std::size_t up_ = 0, down_ = 0;            // by about 10⁴ or 10⁸
    std::size_t up_less_ = 0, down_less_ = 0;  // by about 100 or 1,000
    std::size_t moved_alike_ = 0;              // stocks by about 10⁴ or 10⁸, wherever they were
    std::size_t divided_ = 0;                  // flows by about 10⁴ or 10⁸, wherever they were
    std::size_t above_ = 0, below_ = 0, away_ = 0;  // far beyond all that was; a little, either way
    std::uint32_t example_ = 0;
};

}  // namespace sanbao::rules
