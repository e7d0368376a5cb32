// The compiler end to end: the small policy becomes a blob that PolicyView reads.
#include "catch.h"
#include "policy/compiler.h"
#include "policy/fixture.h"
#include "policy/view.h"

using namespace metrofax::consent;
using namespace metrofax::consent::test;

TEST_CASE("the small policy compiles and opens", "[policy]") {
  const auto blob = compile_or_die(small_policy_json());
  const auto view = PolicyView::open(blob);
  REQUIRE(view.ok());
  REQUIRE(view.value().root().version()->str() == "2013-12-01");
}
