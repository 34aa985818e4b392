// What this house knows of a struct or an enum at compile time: the names of its members.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string_view>
#include <type_traits>

namespace mms::vocabulary {

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<std::remove_cv_t<T>>::value;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<std::remove_cv_t<T>>::value;

// Calls f(name, member) for every described member of x.
template <DescribedStruct T, class F>
void for_each_member(T& x, F&& f) {
  boost::mp11::mp_for_each<boost::describe::describe_members<std::remove_const_t<T>, boost::describe::mod_public>>(
      [&](auto d) { f(std::string_view(d.name), x.*d.pointer); });
}

// Enumerators that end in '_' only to avoid a C++ keyword are spelled without it.
constexpr std::string_view without_underscore(std::string_view name) {
  if (name.ends_with('_')) name.remove_suffix(1);
  return name;
}

// Names of an enum whose enumerators count from 0, in order.
template <DescribedEnum E>
constexpr auto enum_names() {
  using D = boost::describe::describe_enumerators<E>;
  std::array<std::string_view, boost::mp11::mp_size<D>::value> names{};
  boost::mp11::mp_for_each<D>([&](auto d) { names[static_cast<std::size_t>(d.value)] = without_underscore(d.name); });
  return names;
}

template <DescribedEnum E>
inline constexpr auto kEnumNames = enum_names<E>();

template <DescribedEnum E>
constexpr std::string_view name_of(E value) {
  return kEnumNames<E>[static_cast<std::size_t>(value)];
}

template <DescribedEnum E>
std::optional<E> from_name(std::string_view name) {
  for (std::size_t i = 0; i < kEnumNames<E>.size(); ++i) {
    if (kEnumNames<E>[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace mms::vocabulary
