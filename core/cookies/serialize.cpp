#include "cookies/serialize.h"

#include "cookies/accept.h"
#include "cookies/bytes.h"
#include "cookies/date.h"
#include "cookies/url.h"

namespace metrofax::consent::cookies {
namespace {

/// 9999-12-31T23:59:59Z: a cookie date has four digits for the year.
constexpr std::int64_t kLatestDate = 253402300799;

/// Appends to a buffer of fixed size; what does not fit only makes it full.
class Writer {
 public:
  Writer(char* out, std::size_t capacity) : begin_(out), at_(out), end_(out + capacity) {}

  void text(std::string_view text) {
    if (static_cast<std::size_t>(end_ - at_) < text.size()) {
      full_ = true;
      return;
    }
    for (const char c : text) *at_++ = c;
  }

  void number(int value, int digits) {
    char buffer[4];
    for (int i = digits; i > 0; --i) {
      buffer[i - 1] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    text({buffer, static_cast<std::size_t>(digits)});
  }

  bool full() const { return full_; }
  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }

 private:
  char* begin_;
  char* at_;
  char* end_;
  bool full_ = false;
};

/// IMF-fixdate, RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
void write_date(std::int64_t time, Writer& writer) {
  const std::int64_t since = time - kEarliestDate;  // not negative: the caller has looked
  const auto days = static_cast<std::int32_t>(since / 86400);
  const auto second = static_cast<int>(since % 86400);
  // A guess at the year that is never too early by more than one, then the month: dates are rarely written,
  // and this way days_from_civil is the only calendar there is.
  const std::int32_t day_number = days + days_from_civil(1601, 1, 1);
  int year = 1601 + days / 366;
  while (days_from_civil(year + 1, 1, 1) <= day_number) ++year;
  int month = 12;
  while (days_from_civil(year, month, 1) > day_number) --month;
  constexpr std::string_view weekdays = "MonTueWedThuFriSatSun";  // 1601 began on a Monday
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto weekday = static_cast<std::size_t>(days % 7);
  const auto month_index = static_cast<std::size_t>(month - 1);
  writer.text(slice(weekdays, weekday * 3, weekday * 3 + 3));
  writer.text(", ");
  writer.number(day_number - days_from_civil(year, month, 1) + 1, 2);
  writer.text(" ");
  writer.text(slice(months, month_index * 3, month_index * 3 + 3));
  writer.text(" ");
  writer.number(year, 4);
  writer.text(" ");
  writer.number(second / 3600, 2);
  writer.text(":");
  writer.number(second / 60 % 60, 2);
  writer.text(":");
  writer.number(second % 60, 2);
  writer.text(" GMT");
}

/// Whether the line says the same as the cookie it was made from.
bool same(const SetCookie& a, const SetCookie& b) {
  return a.name == b.name && a.value == b.value && a.domain == b.domain && a.path == b.path &&
         a.max_age == b.max_age && a.has_expires == b.has_expires &&
         (!a.has_expires || a.expires == b.expires) && a.secure == b.secure && a.http_only == b.http_only &&
         a.partitioned == b.partitioned && a.same_site == b.same_site;
}

/// Whether a page could store the cookie: a secure one on the cookie's own domain, below the root so that a
/// missing Path is not "/" by chance.
ErrorCode check_acceptable(const SetCookie& cookie, Profile profile) {
  CookiePage page;
  page.host = cookie.domain;
  if (page.host.starts_with('.')) page.host.remove_prefix(1);
  if (!page.host.empty() && !is_host(page.host)) return ErrorCode::cookie_bad_field;
  if (page.host.empty()) page.host = "host.example";
  page.path = "/folder/page";
  page.secure = true;
  Cookie accepted;
  return accept_cookie(cookie, page, 0, CookieApi::http, profile, accepted);
}

}  // namespace

Result<std::size_t> serialize_cookie(const SetCookie& cookie, Profile profile, char* out,
                                     std::size_t capacity) {
  const auto fail = [](ErrorCode code, std::size_t at) {
    return Error{code, static_cast<std::uint32_t>(at)};
  };
  if (cookie.name.size() + cookie.value.size() > kMaxNameAndValue) return fail(ErrorCode::cookie_too_long, 0);
  if (cookie.domain.size() > kMaxAttributeValue || cookie.path.size() > kMaxAttributeValue ||
      cookie.max_age.size() > kMaxAttributeValue) {
    return fail(ErrorCode::cookie_bad_field, 0);
  }
  Writer writer(out, capacity);
  writer.text(cookie.name);
  writer.text("=");
  writer.text(cookie.value);
  if (!cookie.max_age.empty()) {
    writer.text("; Max-Age=");
    writer.text(cookie.max_age);
  }
  if (cookie.has_expires) {
    if (cookie.expires < kEarliestDate || cookie.expires > kLatestDate) {
      return fail(ErrorCode::cookie_bad_field, writer.size());
    }
    writer.text("; Expires=");
    write_date(cookie.expires, writer);
  }
  if (!cookie.path.empty()) {
    // Anything else would be read as the default path of whichever page writes it.
    if (!cookie.path.starts_with('/')) return fail(ErrorCode::cookie_bad_path, writer.size());
    writer.text("; Path=");
    writer.text(cookie.path);
  }
  if (!cookie.domain.empty()) {
    writer.text("; Domain=");
    writer.text(cookie.domain);
  }
  if (cookie.secure) writer.text("; Secure");
  if (cookie.http_only) writer.text("; HttpOnly");
  constexpr std::string_view same_site[] = {"", "; SameSite=None", "; SameSite=Lax", "; SameSite=Strict"};
  writer.text(same_site[static_cast<unsigned>(cookie.same_site)]);
  if (cookie.partitioned) writer.text("; Partitioned");
  if (writer.full()) return fail(ErrorCode::too_long, capacity);

  SetCookie read;
  const Error error = parse_set_cookie({out, writer.size()}, profile, read);
  if (error.code != ErrorCode::ok) return error;
  if (!same(cookie, read)) return fail(ErrorCode::cookie_bad_field, 0);
  const ErrorCode code = check_acceptable(read, profile);
  if (code != ErrorCode::ok) return fail(code, 0);
  return writer.size();
}

}  // namespace metrofax::consent::cookies
