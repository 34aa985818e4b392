// The rows and facts that a batch of commands works on, as evolved by the commands before.
#pragma once

#include <memory>
#include <stdexcept>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

namespace mms::lanes {

// Each feature keeps one pure class here (MissionSet, TimerSet, …) and finds it by its type.
// Lifetime: of one batch. Threads: one.
class WorkingSet {
 public:
  template <class T, class... Args>
  T& emplace(Args&&... args) {
    auto held = std::make_shared<T>(std::forward<Args>(args)...);
    T& set = *held;
    sets_.emplace_back(std::type_index(typeid(T)), std::move(held));
    return set;
  }
  template <class T>
  T& of() {
    for (auto& [type, set] : sets_) {
      if (type == std::type_index(typeid(T))) return *static_cast<T*>(set.get());
    }
    throw std::logic_error(std::string("no such set in the working set: ") + typeid(T).name());
  }

 private:
  std::vector<std::pair<std::type_index, std::shared_ptr<void>>> sets_;
};

}  // namespace mms::lanes
