#include "cli/ops.h"

#include <array>
#include <exception>
#include <utility>

#include "cli/canonical.h"
#include "cli/ops_cookie.h"
#include "cli/ops_decide.h"
#include "cli/ops_email.h"
#include "cli/ops_signals.h"
#include "policy/json_value.h"

namespace metrofax::consent::cli {
namespace {

struct Entry {
  std::string_view name;
  Op op;
};

constexpr Entry kOps[] = {
    {"cookie.parse", cookie_parse},
    {"cookie.date", cookie_date},
    {"cookie.header", cookie_header},
    {"cookie.classify", cookie_classify},
    {"cookie.store", cookie_store},
    {"cookie.sweep", cookie_sweep},
    {"cookie.serialize", cookie_serialize},
    {"decide", decide_op},
    {"token.write", token_write},
    {"token.read", token_read},
    {"open.classify", open_classify},
    {"open.decide", open_decide},
    {"tcf.decode", tcf_decode},
    {"tcf.encode", tcf_encode},
    {"gpp.decode", gpp_decode},
    {"gpp.encode", gpp_encode},
    {"usp.decode", usp_decode},
    {"usp.encode", usp_encode},
    {"ac.decode", ac_decode},
    {"ac.encode", ac_encode},
    {"gpc.parse", gpc_parse},
    {"dnt.parse", dnt_parse},
};

nlohmann::json failure(ErrorCode code, std::string message, std::size_t at) {
  return {{"ok", false}, {"error", fb::EnumNameErrorCode(code)}, {"message", std::move(message)}, {"at", at}};
}

nlohmann::json run(Op op, const nlohmann::json& input) {
  try {
    nlohmann::json answer = op(input);
    if (!answer.is_object()) answer = nlohmann::json::object();
    answer["ok"] = true;
    return answer;
  } catch (const OpError& error) {
    return failure(error.code, error.message, error.at);
  } catch (const nlohmann::json::type_error& error) {
    return failure(ErrorCode::wrong_type, error.what(), 0);
  } catch (const std::exception& error) {
    return failure(ErrorCode::bad_value, error.what(), 0);
  }
}

nlohmann::json answer_value(nlohmann::json& request) {
  if (!request.is_object()) return failure(ErrorCode::wrong_type, "expected an object with \"op\"", 0);
  nlohmann::json id = nullptr;
  if (const auto found = request.find("id"); found != request.end()) {
    id = std::move(*found);
    request.erase(found);
  }
  nlohmann::json answer;
  const auto name = request.find("op");
  if (name == request.end()) {
    answer = failure(ErrorCode::missing_key, "/op: expected the name of an operation", 0);
  } else if (!name->is_string()) {
    answer = failure(ErrorCode::wrong_type, "/op: expected the name of an operation", 0);
  } else {
    const Op op = find_op(name->get_ref<const std::string&>());
    request.erase(name);
    answer = op == nullptr ? failure(ErrorCode::unknown_op, "/op: no operation has this name", 0)
                           : run(op, request);
  }
  answer["id"] = std::move(id);
  return answer;
}

}  // namespace

Op find_op(std::string_view name) {
  for (const Entry& entry : kOps) {
    if (entry.name == name) return entry.op;
  }
  return nullptr;
}

std::string answer_line(std::string_view line) {
  try {
    nlohmann::json request;
    json::Fault fault;
    nlohmann::json answer;
    if (json::parse_value(line, kMaxLineBytes, request, fault)) {
      answer = answer_value(request);
    } else {
      answer = failure(fault.code, std::move(fault.message), fault.offset);
    }
    if (!answer.contains("id")) answer["id"] = nullptr;
    return canonical(answer);
  } catch (const std::exception&) {
    // Out of memory is all that is left: answer with what needs none.
    return R"({"at":0,"error":"bad_value","id":null,"message":"out of memory","ok":false})";
  }
}

std::string answer_too_long() {
  nlohmann::json answer = failure(ErrorCode::too_long, "the line is longer than 16 MiB", kMaxLineBytes);
  answer["id"] = nullptr;
  return canonical(answer);
}

}  // namespace metrofax::consent::cli
