#include "gate/people/people.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"

namespace cardea::gate {
namespace {

std::string key_of(const GatePerson& person) {
  return crypto::sha256_base64url(std::to_string(person.application.size()) + ":" + person.application +
                                  std::to_string(person.provider.size()) + ":" + person.provider + person.subject);
}

std::shared_ptr<const Caller> with_claim(const Caller& caller, const ClaimPath& path,
                                         const std::vector<std::string>& groups) {
  auto claims = caller.claims();
  path.put(claims, json::array(groups.begin(), groups.end()));
  return with_claims(caller, std::move(claims));
}

}  // namespace

std::vector<std::string> People::groups_of(const Application& application, std::vector<std::string> names) {
  const auto& own = application.people->local_groups;
  std::erase_if(names, [&](const std::string& name) {
    if (std::ranges::find(own, name) == own.end()) return false;
    const auto conflict = application.name + ": " + name;
    const auto now = parts_.clock.now();
    {
      const std::lock_guard lock(mutex_);
      conflicts_.put(conflict, name);
    }
    if (!conflict_warnings_.is_exhausted(conflict, now)) {
      conflict_warnings_.count(conflict, now);
      parts_.log.warning("gate_group_conflict",
                         {{"application", application.name},
                          {"group", name},
                          {"text", "tokens name a group that the application manages itself: it is not given"}});
    }
    return true;
  });
  if (names.size() > kGroupsMax) names.resize(kGroupsMax);
  return names;
}

web::Outcome People::with_groups(std::shared_ptr<const Application> application, CallerPtr caller,
                                 NextStored<CallerPtr> next, Keeping keeping) {
  if (!application->people || !caller->fixed_role.empty()) return next(std::move(caller));
  GatePerson person;
  person.application = application->name;
  person.provider = caller->provider;
  person.subject = subject_of(caller->claims());
  person.name = caller->name;
  // What counts is when the provider said it, not when it came here: an older token brings nothing back.
  const auto said = int_or(caller->claims(), "iat", 0);
  person.seen_at = said > 0 ? std::min(from_epoch_seconds(said), parts_.clock.now()) : parts_.clock.now();
  auto named = read_names(application->people->groups, caller->claims());
  // A claim of the wrong type says nothing, as a missing one.
  const bool says = named.state == ClaimNames::State::kPresent;
  if (says) person.groups = groups_of(*application, std::move(named.names));
  if (person.subject.empty())  // nobody to remember; a group of the application is given to them no more than to others
    return next(says ? with_claim(*caller, application->people->groups, person.groups) : std::move(caller));
  if (!says) return recall(application, std::move(caller), std::move(person), std::move(next));
  if (keeping == Keeping::kNothing) return next(with_claim(*caller, application->people->groups, person.groups));
  return learn(application, std::move(caller), std::move(person), std::move(next));
}

web::Outcome People::learn(const std::shared_ptr<const Application>& application, CallerPtr caller, GatePerson person,
                           NextStored<CallerPtr> next) {
  auto result = with_claim(*caller, application->people->groups, person.groups);
  bool is_new = true;
  {
    const std::lock_guard lock(mutex_);
    if (const auto* known = known_.find(key_of(person)))
      is_new = person.seen_at >= known->person.seen_at &&
               (known->person.groups != person.groups || known->person.name != person.name ||
                person.seen_at - known->person.seen_at >= kSeenEvery);
  }
  if (!is_new) return next(std::move(result));
  remember(person);
  if (parts_.store == nullptr) return next(std::move(result));
  return web::then(
      web::Lane::kStore,
      [this, person = std::move(person), result = std::move(result), next = std::move(next)]() mutable -> web::Outcome {
        const auto done = parts_.store->store.write([&](Tx& tx) { return parts_.store->rows.put_person(tx, person); });
        // The token itself says the groups; what cannot be written now is written next time.
        if (!done) {
          parts_.log.warning("gate_store_failed", {{"reason", describe(done.error())}});
          const std::lock_guard lock(mutex_);
          const auto key = key_of(person);
          known_.erase_if([&](std::string_view other, const Known&) { return other == key; });
        }
        return next(std::move(result));
      });
}

web::Outcome People::recall(const std::shared_ptr<const Application>& application, CallerPtr caller, GatePerson key,
                            NextStored<CallerPtr> next) {
  std::optional<Known> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto* found = known_.find(key_of(key))) known = *found;
  }
  const bool is_fresh = known && parts_.clock.now() - known->read_at < kBelieved;
  if (parts_.store == nullptr || is_fresh) {
    const auto groups = known ? known->person.groups : std::vector<std::string>();
    return next(with_claim(*caller, application->people->groups, groups));
  }
  const auto read = [this, application, caller, key = std::move(key), next]() -> web::Outcome {
    auto found = read_from(parts_.store->store, [&](Rows& rows) { return parts_.store->rows.find_person(rows, key); });
    if (!found) return next(refuse(found.error()));
    if (*found) remember(**found);
    const auto groups = *found ? (*found)->groups : std::vector<std::string>();
    return next(with_claim(*caller, application->people->groups, groups));
  };
  return parts_.store->read_lane() == web::Lane::kInline ? read() : web::then(web::Lane::kStore, read);
}

void People::remember(const GatePerson& person) {
  const auto key = key_of(person);
  const std::lock_guard lock(mutex_);
  known_.put(key, {person, parts_.clock.now()});
}

Stored<std::vector<GatePerson>> People::list(int max) {
  if (parts_.store != nullptr)
    return read_from(parts_.store->store, [&](Rows& rows) { return parts_.store->rows.people(rows, {}, max); });
  std::vector<GatePerson> people;
  {
    const std::lock_guard lock(mutex_);
    known_.for_each([&](std::string_view, const Known& known) { people.push_back(known.person); });
  }
  std::ranges::sort(people, {}, &GatePerson::name);
  if (people.size() > static_cast<std::size_t>(max)) people.resize(static_cast<std::size_t>(max));
  return people;
}

std::vector<std::string> People::conflicts() const {
  std::vector<std::string> found;
  {
    const std::lock_guard lock(mutex_);
    conflicts_.for_each([&](std::string_view conflict, const std::string&) { found.emplace_back(conflict); });
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace cardea::gate
