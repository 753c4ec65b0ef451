// FunctionRef: a lambda or other function object passed down a call, not owned and never kept. It allocates nothing,
// which std::function does as soon as a lambda captures three references; statements run a few hundred thousand times a
// second.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace cardea::db {

template <class Signature>
class FunctionRef;

template <class R, class... Arguments>
class FunctionRef<R(Arguments...)> {
 public:
  template <class F>
    requires(std::is_class_v<std::remove_cvref_t<F>> && !std::is_same_v<std::remove_cvref_t<F>, FunctionRef> &&
             std::is_invocable_r_v<R, F&, Arguments...>)
  FunctionRef(F&& function)  // NOLINT: converts on purpose, as std::function does
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Arguments... arguments) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Arguments>(arguments)...);
        }) {}

  R operator()(Arguments... arguments) const { return call_(object_, std::forward<Arguments>(arguments)...); }

 private:
  void* object_;
  R (*call_)(void*, Arguments...);
};

}  // namespace cardea::db
