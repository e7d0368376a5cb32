// A JSON text as a tree in which every key and every value knows where it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/json_text.h"

namespace metrofax::consent::json {

/// Deeper nesting than this is refused, in policies and in requests alike: nothing of ours needs a tenth of
/// it.
inline constexpr std::size_t kMaxDepth = 64;

/// Longer texts than this are refused. A policy with 100,000 hosts takes about 10 MB.
inline constexpr std::size_t kMaxBytes = 256u << 20;

enum class Type : std::uint8_t { null, boolean, integer, number, text, array, object };

struct Key {
  std::string text;
  std::uint32_t at = 0;  ///< byte offset of its opening quote
};

/// One value. `items` are the elements of an array or the values of an object, whose `keys` run beside them.
/// A number without fraction and exponent that fits is an `integer`, every other one a `number`.
struct Node {
  Type type = Type::null;
  bool boolean = false;
  std::uint32_t at = 0;  ///< byte offset of its first byte
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<Key> keys;
  std::vector<Node> items;

  /// The value of a key of an object, or nullptr. The first one, should the key stand twice.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

/// A text that was read. `faults` are in the order of the text; a syntax error ends the reading, so it is the
/// last one. `complete` says whether `root` is the whole document (duplicate keys are faults of a complete
/// document).
struct Document {
  Node root;
  std::vector<Fault> faults;
  bool complete = false;
};

/// Reads one JSON text (RFC 8259, strictly: no comments, trailing commas, duplicate keys, byte order mark).
/// Never throws for what stands in the text; takes time linear in it, and none at all for nesting beyond
/// kMaxDepth.
[[nodiscard]] Document read(std::string_view text);

}  // namespace metrofax::consent::json
