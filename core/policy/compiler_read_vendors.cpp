// From the source to the model: hosts, their paths, vendors, storage, what is limited without consent.
#include "policy/compiler_reading.h"

namespace metrofax::consent {
namespace {

constexpr std::size_t kMaxPaths = 255;
constexpr std::size_t kMaxVendors = 65000;

/// A host declared twice is ambiguous whoever declares it, so one table serves the whole policy.
Name read_host(Reading& reading, Fields& fields, bool& subdomains) {
  subdomains = fields.boolean("subdomains", true, Need::required);
  Name host = fields.text("host");
  if (host.text.empty()) return host;
  if (std::string problem = host_problem(host.text, subdomains); !problem.empty()) {
    reading.findings.error(host.at, std::move(problem));
    return {"", host.at};
  }
  return host;
}

std::vector<PathDecl> read_paths(Reading& reading, Fields& fields) {
  std::vector<PathDecl> paths;
  Unique unique(reading, "path");
  const auto& nodes = fields.list("paths", Need::optional);
  for (const json::Node& node : nodes) {
    Fields row(reading.findings, node, "a path", {"path", "purposes", "beacon"});
    if (!row.is_object()) continue;
    PathDecl path;
    path.path = read_path(reading, row);
    unique.add(path.path);
    path.purposes = reading.purposes(row, "purposes", false, Need::required);
    path.beacon = row.boolean("beacon", false);
    paths.push_back(std::move(path));
  }
  if (nodes.size() > kMaxPaths) reading.findings.error(fields.at(), "a host has at most 255 paths");
  return paths;
}

StorageDecl read_storage(Reading& reading, const json::Node& node, Fields& fields, bool own) {
  static const Vocabulary kMatches = {{"exact", 0}, {"prefix", 1}};
  static const Vocabulary kLives = {{"session", 0}, {"persistent", 1}};
  static const Vocabulary kParties = {{"first", 0}, {"third", 1}};
  constexpr std::uint32_t cookie = 1u << static_cast<unsigned>(fb::StorageApi::cookie) |
                                   1u << static_cast<unsigned>(fb::StorageApi::httpCookie);
  StorageDecl entry;
  entry.name = fields.text("name");
  if (entry.name.text.size() > 255)
    reading.findings.error(entry.name.at, "a storage name has at most 255 bytes");
  const bool has_api = node.find("api") != nullptr;
  entry.apis = static_cast<std::uint16_t>(has_api ? fields.words("api", api_words(), false) : cookie);
  entry.prefix = fields.word("match", kMatches, 0) != 0;
  entry.persistent = fields.word("kind", kLives, 0) != 0;
  entry.purposes = reading.purpose(fields, "purpose", entry.purpose);
  entry.third_party = fields.word("party", kParties, 0, own ? Need::optional : Need::required) != 0;

  const json::Node* lifetime = node.find("lifetime");
  const bool session_word =
      lifetime != nullptr && lifetime->type == json::Type::text && lifetime->text == "session";
  if (entry.persistent && (entry.apis & cookie) != 0) {
    entry.lifetime = fields.duration("lifetime");
  } else if (lifetime != nullptr && entry.persistent && !session_word) {
    entry.lifetime = fields.duration("lifetime");
  } else if (lifetime != nullptr && !session_word) {
    expected(reading.findings, *lifetime, "no \"lifetime\" (or \"session\") for storage of kind \"session\"");
  } else if (lifetime != nullptr && entry.persistent) {
    expected(reading.findings, *lifetime, "an ISO 8601 duration for storage of kind \"persistent\"");
  }
  return entry;
}

void check_storage_names(Reading& reading) {
  // Look-ups go by name and API alone: two entries that share both would leave it to chance which one is
  // meant.
  Unique names(reading, "storage name");
  const auto add = [&](const StorageDecl& entry) {
    for (unsigned api = 1; api < 16; ++api) {
      if ((entry.apis >> api & 1u) == 0 || entry.name.text.empty()) continue;
      names.add(std::string(entry.prefix ? "p" : "e") + std::to_string(api) + " " + entry.name.text,
                entry.name.at, entry.name.text);
      if (api == static_cast<unsigned>(fb::StorageApi::cookie)) ++api;  // httpCookie always goes with cookie
    }
  };
  for (const StorageDecl& entry : reading.model.storage) add(entry);
  for (const VendorDecl& vendor : reading.model.vendors) {
    for (const StorageDecl& entry : vendor.storage) add(entry);
  }
}

std::uint8_t read_placements(Reading& reading, Fields& fields) {
  const json::Node* node = fields.get("placements");
  if (node == nullptr) return 0;
  Fields row(reading.findings, *node, "\"placements\"", {"onSite", "inEmail", "offSite"});
  if (!row.is_object()) return 0;
  unsigned mask = row.boolean("onSite", false, Need::required) ? 1u : 0u;
  mask |= row.boolean("inEmail", false, Need::required) ? 2u : 0u;
  mask |= row.boolean("offSite", false, Need::required) ? 4u : 0u;
  return static_cast<std::uint8_t>(mask);
}

std::vector<HostDecl> read_vendor_hosts(Reading& reading, Fields& fields, PurposeMask vendor_purposes) {
  std::vector<HostDecl> hosts;
  const auto& nodes = fields.list("hosts");
  hosts.reserve(nodes.size());
  for (const json::Node& node : nodes) {
    Fields row(reading.findings, node, "a host", {"host", "subdomains", "sockets", "purposes", "paths"});
    if (!row.is_object()) continue;
    HostDecl host;
    host.host = read_host(reading, row, host.subdomains);
    host.sockets = row.boolean("sockets", false);
    host.purposes = vendor_purposes;
    if (node.find("purposes") != nullptr)
      host.purposes = reading.purposes(row, "purposes", false, Need::required);
    host.paths = read_paths(reading, row);
    hosts.push_back(std::move(host));
  }
  return hosts;
}

void check_hosts(Reading& reading) {
  Unique hosts(reading, "host");
  for (const HostDecl& host : reading.model.first_party) hosts.add(host.host);
  for (const HostDecl& host : reading.model.co_brands) hosts.add(host.host);
  for (const VendorDecl& vendor : reading.model.vendors) {
    for (const HostDecl& host : vendor.hosts) hosts.add(host.host);
  }
}

void read_areas(Reading& reading, Fields& fields) {
  Unique ids(reading, "area id");
  for (const json::Node& node : fields.list("limitedAreas", Need::optional)) {
    Fields row(reading.findings, node, "a limited area", {"id", "purpose", "clause"});
    if (!row.is_object()) continue;
    LimitedArea area;
    area.id = row.id("id");
    ids.add(area.id);
    Name purpose;
    area.purposes = reading.purpose(row, "purpose", purpose);
    area.clause = reading.cite(row, "clause");
    reading.model.areas.push_back(std::move(area));
  }
}

}  // namespace

Name read_path(Reading& reading, Fields& fields) {
  Name path = fields.text("path");
  if (path.text.empty()) return path;
  const bool plain =
      path.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.~-") ==
      std::string::npos;
  if (path.text[0] != '/' || !plain || path.text.size() > 128) {
    reading.findings.error(path.at,
                           "expected a path that begins with \"/\" and has letters, digits and /_.~- only, "
                           "at most 128 bytes, found \"" +
                               path.text.substr(0, 140) + "\"");
    path.text.clear();
  }
  return path;
}

void read_first_party(Reading& reading, Fields& root) {
  const json::Node* node = root.get("firstParty");
  if (node == nullptr) return;
  PolicyModel& model = reading.model;
  Fields fields(reading.findings, *node, "\"firstParty\"", {"hosts", "coBrands", "beacons", "limitedAreas"});
  if (!fields.is_object()) return;
  for (const json::Node& item : fields.list("hosts")) {
    Fields row(reading.findings, item, "a first-party host", {"host", "subdomains"});
    if (!row.is_object()) continue;
    HostDecl host;
    host.host = read_host(reading, row, host.subdomains);
    host.purposes = 1;  // number 0: what our own pages are for
    model.first_party.push_back(std::move(host));
  }
  for (const json::Node& item : fields.list("coBrands", Need::optional)) {
    Fields row(reading.findings, item, "a co-brand", {"host", "subdomains", "policyUrl"});
    if (!row.is_object()) continue;
    HostDecl host;
    host.host = read_host(reading, row, host.subdomains);
    host.policy_url = row.url("policyUrl");
    model.co_brands.push_back(std::move(host));
  }
  Unique beacons(reading, "beacon path");
  for (const json::Node& item : fields.list("beacons", Need::optional)) {
    Fields row(reading.findings, item, "a first-party beacon", {"path", "purpose"});
    if (!row.is_object()) continue;
    PathDecl beacon;
    beacon.path = read_path(reading, row);
    beacons.add(beacon.path);
    Name purpose;
    beacon.purposes = reading.purpose(row, "purpose", purpose);
    beacon.beacon = true;
    model.beacons.push_back(std::move(beacon));
  }
  read_areas(reading, fields);
}

void read_ad_choices(Reading& reading, Fields& root) {
  Unique names(reading, "opt-out page");
  for (const json::Node& item : root.list("adChoices", Need::optional)) {
    Fields row(reading.findings, item, "an opt-out page", {"name", "url", "where"});
    if (!row.is_object()) continue;
    AdChoiceDecl choice;
    choice.name = row.text("name");
    names.add(choice.name);
    choice.url = row.url("url");
    choice.where = row.text("where").text;
    reading.model.ad_choices.push_back(std::move(choice));
  }
}

void read_vendors(Reading& reading, Fields& root) {
  PolicyModel& model = reading.model;
  Unique ids(reading, "vendor id");
  Unique numbers(reading, "vendor number");
  const auto& nodes = root.list("vendors");
  if (nodes.size() > kMaxVendors) {
    reading.findings.error(nodes[kMaxVendors].at, "more than 65000 vendors");
    return;
  }
  for (const json::Node& node : nodes) {
    Fields fields(reading.findings, node, "a vendor",
                  {"id", "number", "name", "controller", "policyUrl", "optOutUrl", "purposes", "hosts",
                   "storage", "placements", "clause"});
    if (!fields.is_object()) continue;
    VendorDecl vendor;
    vendor.id = fields.id("id");
    ids.add(vendor.id);
    if (vendor.id.text == "self") reading.findings.error(vendor.id.at, "the vendor id \"self\" is ourselves");
    vendor.number = static_cast<std::uint16_t>(fields.integer("number", 1, kMaxVendors));
    if (const json::Node* number = node.find("number");
        number != nullptr && number->type == json::Type::integer) {
      numbers.add(std::to_string(number->integer), number->at, std::to_string(number->integer));
    }
    vendor.name = fields.text("name").text;
    vendor.controller = fields.text("controller").text;
    vendor.policy_url = fields.url("policyUrl");
    vendor.opt_out_url = fields.url("optOutUrl", Need::optional);
    vendor.purposes = reading.purposes(fields, "purposes", true, Need::required);
    vendor.hosts = read_vendor_hosts(reading, fields, vendor.purposes);
    vendor.placements = read_placements(reading, fields);
    vendor.clause = reading.cite(fields, "clause");
    for (const json::Node& item : fields.list("storage", Need::optional)) {
      Fields row(reading.findings, item, "a vendor's storage entry",
                 {"name", "api", "match", "kind", "lifetime", "purpose", "party"});
      if (!row.is_object()) continue;
      vendor.storage.push_back(read_storage(reading, item, row, false));
      vendor.storage.back().clause = vendor.clause;
    }
    model.vendors.push_back(std::move(vendor));
  }
  check_hosts(reading);
}

void read_own_storage(Reading& reading, Fields& root) {
  for (const json::Node& node : root.list("storage")) {
    Fields fields(
        reading.findings, node, "a storage entry",
        {"name", "api", "match", "kind", "lifetime", "purpose", "party", "clause", "linked", "httpOnly"});
    if (!fields.is_object()) continue;
    StorageDecl entry = read_storage(reading, node, fields, true);
    entry.clause = reading.cite(fields, "clause");
    entry.linked = fields.boolean("linked", false);
    entry.http_only = fields.boolean("httpOnly", false);
    if (entry.third_party) reading.findings.error(entry.name.at, "our own storage is first-party");
    reading.model.storage.push_back(std::move(entry));
  }
  check_storage_names(reading);
}

}  // namespace metrofax::consent
