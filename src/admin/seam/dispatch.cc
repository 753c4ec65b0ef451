#include "admin/seam/dispatch.h"

#include "admin/seam/admin_event.h"
#include "admin/seam/cors.h"
#include "admin/seam/signing_keys.h"
#include "base/text.h"
#include "core/client_urls.h"
#include "core/store_failure.h"
#include "core/with_settings.h"

namespace cardea::admin {

/// One request on its way. Shared by its steps.
class Dispatch : public std::enable_shared_from_this<Dispatch> {
 public:
  Dispatch(const Dependencies& dependencies, const Operation& operation, const web::Request& request)
      : dependencies_(dependencies),
        operation_(operation),
        request_(request),
        call_(dependencies, request, operation) {}

  web::Outcome start() {
    auto token = bearer_token(request_);
    const auto realm = token ? realm_of_token(*token) : std::nullopt;
    if (!realm) return refuse_caller("no_token_of_ours");
    return with_realm(
        Asking{dependencies_.settings, request_.remote_address, request_.correlation_id, dependencies_.clock.now(),
               [this](auto step) { return web::then(read_lane(), std::move(step)); },
               [self = shared_from_this()](StoreError error) { return self->failed(error); }},
        *realm, [self = shared_from_this(), token = std::move(*token)](std::shared_ptr<const RealmEntry> found) {
          return self->verify(std::move(found), token);
        });
  }

 private:
  [[nodiscard]] web::Lane read_lane() const {
    return dependencies_.repositories.store.reads_block() ? web::Lane::kStore : web::Lane::kInline;
  }

  web::Outcome verify(std::shared_ptr<const RealmEntry> realm, const std::string& token) {
    if (realm == nullptr || !realm->realm.enabled) return refuse_caller("realm_of_token_gone");
    issuer_ = dependencies_.base_url.issuer(request_, realm->realm.name);  // only a loaded realm's address is known
    auto verified = verify_access_token(*realm, issuer_, token, dependencies_.clock.now());
    if (!verified) return refuse_caller(describe(verified.error()));
    token_.emplace(std::move(*verified));
    token_realm_ = std::move(realm);
    auto query = web::Form::parse(request_.query);
    if (!query) return answer(error(400, "invalid_request", "Bad query").answer());
    call_.query_ = std::move(*query);
    return web::then(operation_.mode == Mode::kWrite ? web::Lane::kStore : read_lane(),
                     [self = shared_from_this()] { return self->first_step(); });
  }

  /// Reads and plain writes are done here. The others check the caller now, and again in their transaction.
  web::Outcome first_step() {
    switch (operation_.mode) {
      case Mode::kRead:
        return finish(in_read([this] { return operation_.handler(call_); }));
      case Mode::kWrite:
        return write();
      case Mode::kHashed:
      case Mode::kLong:
      case Mode::kCalls:
        break;
    }
    auto checked = in_read([]() -> Answer { return no_content(); });
    if (!checked) return finish(std::move(checked));
    if (operation_.mode == Mode::kLong) {
      return web::then(web::Lane::kAdmin, [self = shared_from_this()] {
        auto answer = self->operation_.handler(self->call_);
        if (answer && !self->operation_.resource.empty()) {
          if (auto noted = self->in_write(no_content); !noted) answer = std::move(noted);
        }
        return self->finish_write(std::move(answer));
      });
    }
    if (operation_.mode == Mode::kCalls) {
      if (auto prepared = operation_.prepare(call_); !prepared) return finish(refuse(std::move(prepared).error()));
      if (!call_.to_call) return finish(operation_.handler(call_));
      return web::fetch(std::move(*call_.to_call), web::Lane::kInline,
                        [self = shared_from_this()](web::Fetched fetched) {
                          self->call_.called = std::move(fetched);
                          return self->finish(self->operation_.handler(self->call_));
                        });
    }
    return web::then(web::Lane::kHash, [self = shared_from_this()]() -> web::Outcome {
      if (auto prepared = self->operation_.prepare(self->call_); !prepared) {
        return self->finish(refuse(std::move(prepared).error()));
      }
      return web::then(web::Lane::kStore, [self] { return self->write(); });
    });
  }

  /// Runs the handler in a transaction, and once more when it lacked keys.
  web::Outcome write() {
    auto answer = in_write([this] { return operation_.handler(call_); });
    if (answer || call_.lacking_keys.empty() || call_.made_keys) return finish_write(std::move(answer));
    return web::then(web::Lane::kHash, [self = shared_from_this()]() -> web::Outcome {
      if (auto made = make_lacking_keys(self->call_); !made) return self->finish(refuse(std::move(made).error()));
      return web::then(web::Lane::kStore, [self] {
        return self->finish_write(self->in_write([&] { return self->operation_.handler(self->call_); }));
      });
    });
  }

  template <class Work>
  Answer in_read(Work work) {
    std::optional<Answer> answer;
    const auto read = dependencies_.repositories.store.read([&](Rows& rows) -> Stored<void> {
      call_.rows_ = &rows;
      answer = allowed(rows);
      if (*answer) answer = work();
      call_.rows_ = nullptr;
      return {};
    });
    if (!read) return refuse(read.error());
    return std::move(*answer);
  }

  template <class Work>
  Answer in_write(Work work) {
    std::optional<Answer> answer;
    const auto written = dependencies_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      call_.rows_ = &tx;
      call_.tx_ = &tx;
      call_.is_noted_ = true;
      call_.lacking_keys.clear();
      call_.stored_keys.clear();
      answer = allowed(tx);
      if (*answer) answer = work();
      if (!*answer) {
        call_.lacking_keys.clear();  // no key would help
      } else if (!call_.lacking_keys.empty()) {
        answer = refuse(error_message(400, "The realm has no key for " + join(call_.lacking_keys, ", ")));
      }
      if (*answer) answer = with_event(std::move(*answer));
      call_.rows_ = nullptr;
      call_.tx_ = nullptr;
      if (*answer) return {};
      const auto* store_error = answer->error().store_error();
      return refuse(store_error == nullptr ? StoreError::kConflict : *store_error);  // rolls back; `answer` says why
    });
    if (!written && (!answer || *answer || answer->error().store_error() != nullptr)) return refuse(written.error());
    if (*answer) log_stored_keys(call_);
    return std::move(*answer);
  }

  /// Loads caller and realm, and checks that the one may do this in the other.
  Answer allowed(Rows& rows) {
    CARDEA_TRY(loaded, load_caller(rows, dependencies_, token_realm_, *token_));
    if (!loaded) return refuse(unauthorized(describe(loaded.error())));
    call_.caller_ = std::move(*loaded);
    auto& caller = call_.caller_;
    const auto where = operation_.permission.where;
    if (operation_.path.contains("{realm}")) {
      CARDEA_TRY(realm, dependencies_.repositories.realms.find_by_name(rows, request_.path_parameter("realm")));
      if (!realm || realm->is_being_imported()) return refuse(not_found("Realm not found."));
      call_.realm_ = std::move(*realm);
      if (where == Permission::Where::kSelf) {
        if (caller.realm->realm.id != call_.realm().id) return refuse(unauthorized("token_of_other_realm"));
        return no_content();
      }
      CARDEA_TRY(roles, admin_roles(rows, dependencies_, caller, call_.realm().name));
      caller.roles = roles;
      const bool may =
          where == Permission::Where::kAnyAdmin ? !roles.empty() : roles.has_any_of(operation_.permission.any_of);
      if (!may) return refuse(refuse_permission());
      return no_content();
    }
    CARDEA_TRY(creates, may_create_realms(rows, dependencies_, caller));
    caller.may_create_realms = creates;
    if (where == Permission::Where::kCreateRealm) {
      if (!creates) return refuse(refuse_permission());
      return no_content();
    }
    CARDEA_TRY(roles, admin_roles(rows, dependencies_, caller, caller.realm->realm.name));
    caller.roles = roles;
    if (!creates && roles.empty()) {
      CARDEA_TRY(elsewhere, is_admin_somewhere(rows, dependencies_, caller));
      if (!elsewhere) return refuse(refuse_permission());
    }
    return no_content();
  }

  /// The admin event of this change, in its transaction.
  Answer with_event(Answer answer) {
    if (operation_.resource.empty() || !call_.is_noted_ || !call_.has_realm()) return answer;
    CARDEA_DO(write_admin_event(call_, {.resource = operation_.resource,
                                        .action = operation_.action,
                                        .made_id = call_.made_id_,
                                        .before = call_.before_,
                                        .after = call_.after_}));
    return answer;
  }

  /// After a change this node's cache is brought up to date before anybody hears of it.
  web::Outcome finish_write(Answer answered) {
    if (!answered) return finish(std::move(answered));
    return web::then(read_lane(), [self = shared_from_this(), answered = std::move(answered)]() mutable {
      self->dependencies_.settings.check_versions();
      return self->finish(std::move(answered));
    });
  }

  web::Outcome finish(Answer answered) {
    if (answered) return answer(std::move(*answered));
    auto& refusal = answered.error();
    if (const auto* store = refusal.store_error()) return failed(*store);
    // The table let the caller in, the handler asked for more than they have.
    if (refusal.answer().status == 403 && !is_refusal_logged_) log_refusal("rights_not_covered");
    return answer(std::move(refusal.answer()));
  }

  web::Outcome failed(StoreError error) {
    dependencies_.log.write(
        level_of(error), "store_failed",
        {{"error", describe(error)}, {"path", request_.path}, {"correlation_id", request_.correlation_id}});
    if (error == StoreError::kConflict)
      return answer(error_message(409, "Conflict detected. See logs for details").answer());
    if (error == StoreError::kCorrupt) {
      return answer(admin::error(500, "unknown_error", "The server cannot read its data; see its log").answer());
    }
    auto response = std::move(admin::error(503, "temporarily_unavailable", "The server is busy, try again").answer());
    response.add("Retry-After", "1");
    return answer(std::move(response));
  }

  web::Outcome refuse_caller(std::string_view reason) { return answer(unauthorized(reason).answer()); }

  Refusal unauthorized(std::string_view reason) {
    log_refusal(reason);
    return error(401, "HTTP 401 Unauthorized");
  }
  Refusal refuse_permission() {
    log_refusal("role_missing");
    return forbidden();
  }
  void log_refusal(std::string_view reason) {
    is_refusal_logged_ = true;
    dependencies_.log.info("admin_refused", {{"reason", reason},
                                             {"operation", operation_.name},
                                             {"path", request_.path},
                                             {"ip", request_.remote_address},
                                             {"correlation_id", request_.correlation_id}});
  }

  web::Outcome answer(web::Response response) {
    if (call_.caller_.client != nullptr && request_.header("Origin")) {
      add_cors(response, request_, web_origins(call_.caller_.client->client, dependencies_.base_url.of(request_)));
    }
    return response;
  }

  const Dependencies& dependencies_;
  const Operation& operation_;
  const web::Request& request_;
  Call call_;
  std::string issuer_;
  std::shared_ptr<const RealmEntry> token_realm_;
  std::optional<jose::VerifiedJwt> token_;
  bool is_refusal_logged_ = false;
};

web::Outcome dispatch(const Dependencies& dependencies, const Operation& operation, const web::Request& request) {
  return std::make_shared<Dispatch>(dependencies, operation, request)->start();
}

}  // namespace cardea::admin
