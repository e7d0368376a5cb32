// Operations on mail: tokens, who fetched, what may be kept.
#pragma once

#include <nlohmann/json.hpp>

namespace metrofax::consent::cli {

/// token.write {token: {kind, mode?, axis?, campaign, id?, expires, copied?, forwarded?, target?}, key: {id,
/// secret (hexadecimal)}} -> {text}. `axis` is the id of a purpose; `id` 32 hexadecimal digits.
[[nodiscard]] nlohmann::json token_write(const nlohmann::json& input);

/// token.read {text, keys: [{id, secret}, …], now?} -> {token: {…}}. Errors: token_*, the MAC first: a token
/// that is not ours says nothing about itself.
[[nodiscard]] nlohmann::json token_read(const nlohmann::json& input);

/// open.classify {agent, prefetch?, head?} -> {class, isOpen}.
[[nodiscard]] nlohmann::json open_classify(const nlohmann::json& input);

/// open.decide {subject, token: {kind, mode, axis, …}, class} -> {verdict, keep}. E7, behind the MAC.
[[nodiscard]] nlohmann::json open_decide(const nlohmann::json& input);

}  // namespace metrofax::consent::cli
