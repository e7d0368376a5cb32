// Comparing what a policy declares: purposes, vendors, hosts, storage.
#include "policy/compiler_diff_parts.h"
#include "policy/compiler_names.h"

namespace metrofax::consent {
namespace {

using Ids = std::vector<std::string>;

std::string clause_of(const PolicyModel& model, ClauseIndex clause) {
  return clause < model.clauses.size() ? model.clauses[clause].id.text : "";
}

void reworded(Comparison& c, const std::string& what, const std::string& before, const std::string& after) {
  if (before != after) c.text(what + ": other words");
}

void diff_hosts(Comparison& c, const std::string& owner, const std::vector<HostDecl>& before,
                const std::vector<HostDecl>& after, const Ids& purposes) {
  match(
      before, after, [](const HostDecl& host) { return host.host.text; },
      [&](const HostDecl& host) {
        c.add(Weight::narrows, owner + ": host " + in_quotes(host.host.text) + " is gone", {});
      },
      [&](const HostDecl& host) {
        c.add(Weight::material, owner + ": host " + in_quotes(host.host.text) + " is new", purposes);
      },
      [&](const HostDecl& old_host, const HostDecl& new_host) {
        const std::string name = owner + ": host " + in_quotes(new_host.host.text);
        if (old_host.subdomains != new_host.subdomains) {
          c.add(new_host.subdomains ? Weight::material : Weight::narrows,
                name + (new_host.subdomains ? " now with subdomains" : " no longer with subdomains"),
                purposes);
        }
        if (old_host.sockets != new_host.sockets) {
          c.add(new_host.sockets ? Weight::material : Weight::narrows,
                name + (new_host.sockets ? " now with sockets" : " no longer with sockets"), purposes);
        }
        c.ids(name, c.before.purpose_ids(old_host.purposes), c.after.purpose_ids(new_host.purposes));
        reworded(c, name + " policyUrl", old_host.policy_url, new_host.policy_url);
        match(
            old_host.paths, new_host.paths, [](const PathDecl& path) { return path.path.text; },
            [&](const PathDecl& path) {
              // Without its row a path takes the host's purposes, whichever those are.
              c.add(Weight::material,
                    name + ": path " + in_quotes(path.path.text) + " has no row of its own any more",
                    c.after.purpose_ids(new_host.purposes));
            },
            [&](const PathDecl& path) {
              c.add(Weight::material, name + ": path " + in_quotes(path.path.text) + " is new",
                    c.after.purpose_ids(path.purposes));
            },
            [&](const PathDecl& old_path, const PathDecl& new_path) {
              const std::string path = name + ": path " + in_quotes(new_path.path.text);
              c.ids(path, c.before.purpose_ids(old_path.purposes), c.after.purpose_ids(new_path.purposes));
              if (old_path.beacon != new_path.beacon) {
                c.add(Weight::material,
                      path + (new_path.beacon ? " is now a clear GIF" : " is no clear GIF any more"),
                      c.after.purpose_ids(new_path.purposes));
              }
            });
      });
}

std::string storage_key(const StorageDecl& entry) {
  return entry.name.text + (entry.prefix ? "*" : "") + (entry.third_party ? " (third-party)" : "") + " in " +
         std::to_string(entry.apis);
}

}  // namespace

void diff_purposes(Comparison& c) {
  match(
      c.before.purposes, c.after.purposes, [](const PurposeDecl& purpose) { return purpose.id.text; },
      [&](const PurposeDecl& p) {
        c.add(Weight::narrows, "purpose " + in_quotes(p.id.text) + " is gone", {});
      },
      [&](const PurposeDecl& p) {
        c.add(Weight::material, "purpose " + in_quotes(p.id.text) + " is new", {p.id.text});
      },
      [&](const PurposeDecl& a, const PurposeDecl& b) {
        const std::string name = "purpose " + in_quotes(b.id.text);
        const Ids self = {b.id.text};
        if (a.number != b.number) {
          c.add(Weight::material, name + " has another number: people's records now say something else",
                self);
        }
        if (a.necessary != b.necessary) {
          c.add(b.necessary ? Weight::material : Weight::narrows,
                name + (b.necessary ? " is now necessary: nobody is asked" : " is no longer necessary"),
                self);
        }
        if (a.uses != b.uses) c.add(Weight::material, name + " has other uses", self);
        c.amount(name + " mode", static_cast<unsigned>(a.mode), static_cast<unsigned>(b.mode), self);
        c.amount(name + " retention in seconds", a.retention, b.retention, self);
        reworded(c, name + " name", a.name, b.name);
        reworded(c, name + " description", a.description, b.description);
        if (a.shown != b.shown) c.text(name + (b.shown ? " is now shown" : " is no longer shown"));
        reworded(c, name + " clause", clause_of(c.before, a.clause), clause_of(c.after, b.clause));
      });
}

void diff_storage(Comparison& c, const std::string& owner, const std::vector<StorageDecl>& before,
                  const std::vector<StorageDecl>& after) {
  const auto name_of = [&](const StorageDecl& entry) {
    return owner + ": storage " + in_quotes(entry.name.text + (entry.prefix ? "*" : ""));
  };
  match(
      before, after, storage_key,
      [&](const StorageDecl& e) { c.add(Weight::narrows, name_of(e) + " is gone", {}); },
      [&](const StorageDecl& e) {
        c.add(Weight::material, name_of(e) + " is new", c.after.purpose_ids(e.purposes));
      },
      [&](const StorageDecl& a, const StorageDecl& b) {
        const Ids purposes = c.after.purpose_ids(b.purposes);
        c.ids(name_of(b), c.before.purpose_ids(a.purposes), purposes);
        if (a.persistent != b.persistent) {
          c.add(b.persistent ? Weight::material : Weight::narrows,
                name_of(b) + (b.persistent ? " now outlives the session" : " now ends with the session"),
                purposes);
        } else {
          // Without a lifetime, storage of this kind has no end at all.
          const auto life = [](const StorageDecl& e) {
            return e.lifetime == 0 ? std::uint64_t{1} << 40 : e.lifetime;
          };
          if (b.persistent) c.amount(name_of(b) + " lifetime in seconds", life(a), life(b), purposes);
        }
        if (a.linked != b.linked) {
          c.add(b.linked ? Weight::material : Weight::narrows,
                name_of(b) +
                    (b.linked ? " is now linked to the account" : " is no longer linked to the account"),
                purposes);
        }
        if (a.http_only != b.http_only) c.text(name_of(b) + ": HttpOnly changed");
        reworded(c, name_of(b) + " clause", clause_of(c.before, a.clause), clause_of(c.after, b.clause));
      });
}

void diff_vendors(Comparison& c) {
  match(
      c.before.vendors, c.after.vendors, [](const VendorDecl& vendor) { return vendor.id.text; },
      [&](const VendorDecl& v) { c.add(Weight::narrows, "vendor " + in_quotes(v.id.text) + " is gone", {}); },
      [&](const VendorDecl& v) {
        c.add(Weight::material, "vendor " + in_quotes(v.id.text) + " is new",
              c.after.purpose_ids(v.purposes));
      },
      [&](const VendorDecl& a, const VendorDecl& b) {
        const std::string name = "vendor " + in_quotes(b.id.text);
        const Ids purposes = c.after.purpose_ids(b.purposes);
        if (a.number != b.number) {
          c.add(Weight::material, name + " has another number: people's records now say something else",
                purposes);
        }
        if (a.controller != b.controller) {
          c.add(Weight::material,
                name + " is now run by " + in_quotes(b.controller) + ", before by " + in_quotes(a.controller),
                purposes);
        }
        c.ids(name, c.before.purpose_ids(a.purposes), purposes);
        static constexpr const char* kPlaces[] = {"on-site", "in-email", "off-site"};
        for (unsigned i = 0; i < 3; ++i) {
          const bool was = (a.placements >> i & 1u) != 0;
          const bool is = (b.placements >> i & 1u) != 0;
          if (was != is) {
            c.add(is ? Weight::material : Weight::narrows,
                  name + (is ? " is now placed " : " is no longer placed ") + kPlaces[i], purposes);
          }
        }
        reworded(c, name + " name", a.name, b.name);
        reworded(c, name + " policyUrl", a.policy_url, b.policy_url);
        reworded(c, name + " optOutUrl", a.opt_out_url, b.opt_out_url);
        reworded(c, name + " clause", clause_of(c.before, a.clause), clause_of(c.after, b.clause));
        diff_hosts(c, name, a.hosts, b.hosts, purposes);
        diff_storage(c, name, a.storage, b.storage);
      });
}

// Links: what they lead to is others' affair.
void diff_ad_choices(Comparison& c) {
  match(
      c.before.ad_choices, c.after.ad_choices, [](const AdChoiceDecl& choice) { return choice.name.text; },
      [&](const AdChoiceDecl& a) { c.text("opt-out page " + in_quotes(a.name.text) + " is gone"); },
      [&](const AdChoiceDecl& b) { c.text("opt-out page " + in_quotes(b.name.text) + " is new"); },
      [&](const AdChoiceDecl& a, const AdChoiceDecl& b) {
        reworded(c, "opt-out page " + in_quotes(b.name.text) + " url", a.url, b.url);
        reworded(c, "opt-out page " + in_quotes(b.name.text) + " where", a.where, b.where);
      });
}

void diff_first_party(Comparison& c) {
  // What is ours is judged by our rules: a host that comes or goes changes whose rules hold on it.
  diff_hosts(c, "first party", c.before.first_party, c.after.first_party, {});
  diff_hosts(c, "co-brands", c.before.co_brands, c.after.co_brands, {});
  match(
      c.before.beacons, c.after.beacons, [](const PathDecl& path) { return path.path.text; },
      [&](const PathDecl& p) {
        c.add(Weight::material, "beacon " + in_quotes(p.path.text) + " counts as an ordinary address now",
              c.before.purpose_ids(p.purposes));
      },
      [&](const PathDecl& p) {
        c.add(Weight::material, "beacon " + in_quotes(p.path.text) + " is new",
              c.after.purpose_ids(p.purposes));
      },
      [&](const PathDecl& a, const PathDecl& b) {
        c.ids("beacon " + in_quotes(b.path.text), c.before.purpose_ids(a.purposes),
              c.after.purpose_ids(b.purposes));
      });
  match(
      c.before.areas, c.after.areas, [](const LimitedArea& area) { return area.id.text; },
      [&](const LimitedArea& a) {
        c.add(Weight::narrows, "limited area " + in_quotes(a.id.text) + " is gone", {});
      },
      [&](const LimitedArea& a) {
        c.add(Weight::material, "limited area " + in_quotes(a.id.text) + " is new: refusing takes more away",
              c.after.purpose_ids(a.purposes));
      },
      [&](const LimitedArea& a, const LimitedArea& b) {
        c.ids("limited area " + in_quotes(b.id.text), c.before.purpose_ids(a.purposes),
              c.after.purpose_ids(b.purposes));
      });
}

}  // namespace metrofax::consent
