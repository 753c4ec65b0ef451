// The link to an account that exists already: the person said "sign in to it", signs in as anybody does, and what the
// provider proved before is linked when that is done (attack classes 7 and 8).
#include "broker/account_write.h"
#include "broker/confirm.h"
#include "broker/pending_link.h"
#include "crypto/hash.h"
#include "web/error_page.h"
#include "web/foreign_post.h"
#include "web/form.h"

namespace cardea::broker {
namespace {

constexpr PageRefusal kGone = {.status = 400,
                               .reason = "pending_link_gone",
                               .message = "Page has expired. Go back to the application to start the login again."};

constexpr PageRefusal kForeignPost = {
    .status = 400, .reason = "foreign_post", .message = "This form came from another site."};

Stored<std::optional<PendingLink>> find_pending(const Dependencies& dependencies, const Realm& realm,
                                                std::string_view handle) {
  auto ticket = read_from(dependencies.repositories.store, [&](Rows& rows) {
    return dependencies.repositories.tickets.find(rows, realm.id, TicketKind::kUpstreamLogin,
                                                  crypto::sha256_base64url(handle), dependencies.clock.now());
  });
  if (!ticket) return refuse(ticket.error());
  if (!*ticket) return std::nullopt;
  return open_pending(dependencies.sealer, pending_place(realm.id, handle), (*ticket)->content);
}

Stored<std::string> username_of(const Dependencies& dependencies, const Realm& realm, const UserId& id) {
  auto user = read_from(dependencies.repositories.store,
                        [&](Rows& rows) { return dependencies.repositories.users.find(rows, realm.id, id); });
  if (!user) return refuse(user.error());
  return *user ? (*user)->username : std::string();
}

web::Outcome start_login_to_link(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                                 const PausedLogin& paused, AuthorizationRequest authorization,
                                 const std::string& handle) {
  return then_read(dependencies,
                   [&dependencies, &request, realm, tab_id = paused.tab_id, authorization = std::move(authorization),
                    handle]() mutable -> web::Outcome {
                     const auto pending = find_pending(dependencies, realm->realm, handle);
                     if (!pending) return store_failed(dependencies, request, realm.get(), pending.error());
                     // Of the very login that went to the provider.
                     if (!*pending || (*pending)->tab_id != tab_id)
                       return refuse_page(dependencies, request, *realm, "", kGone);
                     const auto username = username_of(dependencies, realm->realm, (*pending)->user);
                     if (!username) return store_failed(dependencies, request, realm.get(), username.error());
                     if (username->empty()) return refuse_page(dependencies, request, *realm, "", kGone);
                     authorization.link_handle = handle;
                     authorization.link_provider = (*pending)->identity.provider;
                     authorization.idp_hint.clear();  // or it would go to the provider again
                     authorization.prompt_create = false;
                     return dependencies.login.start(request, realm, std::move(authorization), *username);
                   });
}

}  // namespace

web::Outcome confirm_link(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(
      dependencies, request, request.path_parameter("realm"),
      [&dependencies, &request](RealmPtr realm) -> web::Outcome {
        if (web::is_foreign_post(request, dependencies.base_url.of(request))) {
          return refuse_page(dependencies, request, *realm, "", kForeignPost);
        }
        const auto form = request.has_form() ? web::Form::parse(request.body)
                                             : Result<web::Form, web::FormError>(refuse(web::FormError::kMalformed));
        if (!form || form->first_repeated()) return refuse_page(dependencies, request, *realm, "", kGone);
        auto handle = std::string(form->value_or("upstream", ""));
        if (handle.empty()) return refuse_page(dependencies, request, *realm, "", kGone);
        // The flow cookie, which does not travel with another site's post, says that this browser began it.
        return dependencies.login.pause(
            request, realm,
            [&dependencies, &request, realm, handle = std::move(handle)](
                const PausedLogin& paused, const AuthorizationRequest& authorization) -> web::Outcome {
              return start_login_to_link(dependencies, request, realm, paused, authorization, handle);
            });
      });
}

web::Outcome link_upstream(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                           const std::string& handle, const UserId& user,
                           std::move_only_function<web::Outcome()> next) {
  return then_read(
      dependencies,
      [&dependencies, &request, realm = std::move(realm), handle, user,
       next = std::move(next)]() mutable -> web::Outcome {
        auto pending = find_pending(dependencies, realm->realm, handle);
        if (!pending) return store_failed(dependencies, request, realm.get(), pending.error());
        if (!*pending) return refuse_page(dependencies, request, *realm, "", kGone);
        const auto provider = enabled_provider(realm->realm, (*pending)->identity.provider);
        if (provider == nullptr || (*pending)->user != user) {
          return refuse_page(dependencies, request, *realm, (*pending)->identity.provider,
                             {.status = 403, .reason = "link_of_other_account", .message = "Access denied"});
        }
        const auto& mappers = mappers_of(realm->realm, *provider);
        // Expressions run on no lane that somebody else waits for.
        const auto lane = runs_expressions(mappers) ? web::Lane::kCpu : web::Lane::kInline;
        return web::then(
            lane,
            [&dependencies, &request, realm, handle, provider, user, link = std::move(**pending),
             next = std::move(next)]() mutable -> web::Outcome {
              auto mapped = run_mappers(mappers_of(realm->realm, *provider), link.identity, true);
              log_problems(dependencies, link.identity, mapped, request.correlation_id);
              return web::then(
                  web::Lane::kStore,
                  [&dependencies, &request, realm, handle, provider, user, link = std::move(link),
                   mapped = std::move(mapped), next = std::move(next)]() mutable -> web::Outcome {
                    const auto& repositories = dependencies.repositories;
                    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
                      const auto taken =
                          repositories.tickets.take(tx, realm->realm.id, TicketKind::kUpstreamLogin,
                                                    crypto::sha256_base64url(handle), dependencies.clock.now());
                      if (!taken) return refuse(taken.error());
                      if (!*taken) return refuse(StoreError::kConflict);
                      return store_link(tx, dependencies, {*realm, *provider, request.correlation_id}, link, mapped);
                    });
                    if (!stored && stored.error() == StoreError::kConflict) {
                      return refuse_page(dependencies, request, *realm, provider->alias,
                                         {.status = 409,
                                          .reason = "already_linked",
                                          .message = "Identity Provider is already linked."});
                    }
                    if (!stored) return store_failed(dependencies, request, realm.get(), stored.error());
                    dependencies.log.info("upstream_linked", {{"realm", realm->realm.name},
                                                              {"provider", provider->alias},
                                                              {"upstream_id", link.identity.id},
                                                              {"user_id", user.str()},
                                                              {"correlation_id", request.correlation_id}});
                    return next();
                  });
            });
      });
}

}  // namespace cardea::broker
